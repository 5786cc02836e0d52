#include "explore/lock_graph.h"

#include <string.h>

struct tl_lock_graph *tl_lock_graph;

int tl_lock_graph_make(void)
{
    tl_lock_graph = tl_arena_carve(TL_REGION_LOCK_GRAPH, sizeof *tl_lock_graph);
    return tl_lock_graph ? TL_OK : TL_NO_MEMORY;
}

/* What was written before is there for whoever has the turn next, also where
 * this task is killed behind it. */
static void commit(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

/* ---- nodes ---- */

static uint64_t arena_of_here(void)
{
    return tl_arena == TL_HOME ? 0 : tl_space_identity(tl_arena);
}

static uint32_t place_of(const struct tl_object *object, uint64_t arena)
{
    uint64_t hash = object->number * 31 + object->kind + arena;
    return (uint32_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
           TL_LOCK_GRAPH_NODES;
}

static bool is_of(const struct tl_lock_node *node,
                  const struct tl_object *object, uint64_t arena)
{
    return node->number == object->number && node->kind == object->kind &&
           node->arena == arena;
}

static void make_node(struct tl_lock_node *node, const struct tl_object *object,
                      uint64_t arena, uint32_t seats)
{
    *node = (struct tl_lock_node){
        .arena = arena, .number = object->number, .seats = seats};
    memcpy(node->name, object->name, sizeof node->name);
    commit();
    node->kind = (uint32_t)object->kind;
    tl_lock_graph->node_count++;
}

uint32_t tl_lock_graph_node(const struct tl_object *object, uint32_t seats)
{
    uint64_t arena = arena_of_here();
    uint32_t place = place_of(object, arena);
    while (tl_lock_graph->nodes[place].kind) {
        if (is_of(&tl_lock_graph->nodes[place], object, arena))
            return place + 1;
        place = (place + 1) % TL_LOCK_GRAPH_NODES;
    }
    if (tl_lock_graph->node_count >= TL_LOCK_GRAPH_NODES / 4 * 3)
        return 0;
    make_node(&tl_lock_graph->nodes[place], object, arena, seats);
    return place + 1;
}

/* ---- edges ---- */

/* Wherever the lines are. */
static bool is_same(const struct tl_lock_edge *a, const struct tl_lock_edge *b)
{
    return a->to == b->to && a->segment == b->segment && a->reads == b->reads &&
           a->to_read == b->to_read && a->held_count == b->held_count &&
           memcmp(a->held, b->held, sizeof a->held) == 0;
}

uint32_t tl_lock_graph_add(const struct tl_lock_edge *edge)
{
    struct tl_lock_node *from = tl_lock_node_at(edge->held[0]);
    for (uint32_t n = from->first; n; n = tl_lock_edge_at(n)->next)
        if (is_same(tl_lock_edge_at(n), edge))
            return 0;
    if (tl_lock_graph->full || tl_lock_graph->edge_count == TL_LOCK_GRAPH_EDGES)
        return 0;
    uint32_t number = ++tl_lock_graph->edge_count;
    *tl_lock_edge_at(number) = *edge;
    tl_lock_edge_at(number)->next = (uint16_t)from->first;
    commit();
    from->first = number;
    return number;
}

/* ---- tasks and segments ---- */

static uint16_t new_segment(uint32_t before, uint32_t also)
{
    if (tl_lock_graph->segment_count == TL_LOCK_GRAPH_SEGMENTS) {
        tl_lock_graph->full = true;
        return 0;
    }
    uint16_t *segment = tl_lock_graph->segments[tl_lock_graph->segment_count];
    segment[0] = (uint16_t)before;
    segment[1] = (uint16_t)also;
    commit();
    return (uint16_t)++tl_lock_graph->segment_count;
}

/* The starter goes on in a segment of its own, beside the child's. */
static uint16_t first_segment(uint32_t starter)
{
    uint32_t number = starter ? tl_lock_graph->players[starter] : 0;
    if (!number)
        return new_segment(0, 0);
    struct tl_lock_task *task = tl_lock_task_at(number);
    uint16_t before = task->segment;
    task->segment = new_segment(before, 0);
    return new_segment(before, 0);
}

void tl_lock_graph_start(uint32_t player, uint32_t starter)
{
    unsigned here = tl_arena;
    tl_lock_graph->players[player] = 0;
    if (tl_lock_graph->task_count == TL_LOCK_GRAPH_TASKS)
        return;
    tl_task_visit(TL_HOME);
    const struct tl_task *task = tl_task_at(player);
    const struct tl_object *process =
        task->process ? tl_at(task->process) : NULL;
    uint32_t number = ++tl_lock_graph->task_count;
    *tl_lock_task_at(number) =
        (struct tl_lock_task){.process = process ? process->number : 0,
                              .kind = process ? (uint32_t)process->kind : 0,
                              .player = (uint16_t)player,
                              .segment = first_segment(starter)};
    memcpy(tl_lock_task_at(number)->name, task->name, sizeof task->name);
    tl_lock_graph->players[player] = (uint16_t)number;
    tl_task_visit(here);
}

void tl_lock_graph_join(struct tl_lock_task *task, uint32_t joined)
{
    task->segment =
        new_segment(task->segment, tl_lock_task_at(joined)->segment);
}

uint32_t tl_lock_graph_task_of(uint32_t kind, uint64_t process)
{
    for (uint32_t n = tl_lock_graph->task_count; n > 0; n--)
        if (tl_lock_task_at(n)->process == process &&
            tl_lock_task_at(n)->kind == kind)
            return n;
    return 0;
}

/* Those before a segment have lower numbers.  `reached` begins as none. */
bool tl_lock_graph_ordered(uint32_t segment, uint32_t other)
{
    uint64_t reached[TL_LOCK_GRAPH_SEGMENTS / 64 + 1] = {0};
    uint32_t first = segment < other ? segment : other;
    uint32_t last = segment < other ? other : segment;
    reached[last / 64] |= UINT64_C(1) << last % 64;
    for (uint32_t n = last; n > first; n--) {
        if (!(reached[n / 64] >> n % 64 & 1))
            continue;
        for (int i = 0; i < 2; i++) {
            uint32_t before = tl_lock_graph->segments[n - 1][i];
            reached[before / 64] |= UINT64_C(1) << before % 64;
        }
    }
    return reached[first / 64] >> first % 64 & 1;
}
