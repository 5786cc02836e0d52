/*
 * Cycle graph: finds those who can never go on, and the way back.
 *
 * Exploring begins at this task: for each node, the kind of the object that it
 * waits for names the holders, and those of them that wait become nodes too.
 *
 * All nodes count as stuck at first.  A node is struck out when it can go on:
 * all holders of what it wants can, or any one where one is enough.  When no
 * more can be struck out, the `pending` words are read again; a node whose
 * word has moved is struck out, and so on until nothing changes.  What is left
 * was stuck at one moment.
 *
 * `returns` spreads from this task's node against the direction of the waits,
 * to all stuck nodes whose wait leads to it.
 */
#include "sync/cycle_graph.h"

#include <stdlib.h>

#include "tasks/life.h"

/* ---- who waits ---- */

/* Whether the slot, of the present arena, is still that of a live task of this
 * id. */
static bool is_living(struct tl_task *task, uint32_t id)
{
    return tl_task_id(task) == id && tl_task_state(task) == TL_TASK_RUNNING &&
           !tl_life_has_ended(task);
}

/* Finds the arena, among the others, in which the person waits. */
static bool find_elsewhere(struct tl_waits *node)
{
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (arena == node->arena || !tl_task_is_known(arena))
            continue;
        tl_task_visit(arena);
        for (uint32_t n = 1, last = tl_task_highest(); n <= last; n++) {
            struct tl_task *task = tl_task_at(n);
            uint64_t want = atomic_load(&task->pending);
            if (want & TL_CYCLE_OFFSET &&
                atomic_load(&task->person) == node->person &&
                is_living(task, tl_task_id(task))) {
                *node =
                    (struct tl_waits){task, want, node->person, arena, 0, 0};
                return true;
            }
        }
    }
    return false;
}

/* The node of a task that holds something in this arena; TL_CYCLE_RUNS: it does
 * not wait, or is not among the nodes and not to be added. */
static size_t node_of(struct tl_cycle_graph *graph, uint32_t id, bool add)
{
    struct tl_task *task = tl_task_of(id);
    struct tl_waits node = {
        .task = task, .person = atomic_load(&task->person), .arena = tl_arena};
    if (!node.person || !is_living(task, id))
        return TL_CYCLE_RUNS;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i].person == node.person)
            return i;
    node.want = atomic_load(&task->pending);
    if (!add || node.want == 0 ||
        (!(node.want & TL_CYCLE_OFFSET) && !find_elsewhere(&node)))
        return TL_CYCLE_RUNS;
    if (graph->count == graph->room) {
        size_t room = graph->room * 2;
        struct tl_waits *more = realloc(graph->nodes, room * sizeof *more);
        if (!more)
            return TL_CYCLE_RUNS;
        graph->nodes = more;
        graph->room = room;
    }
    graph->nodes[graph->count] = node;
    return graph->count++;
}

/* ---- for whom ---- */

void tl_cycle_walk_begin(struct tl_cycle_walk *walk,
                         const struct tl_waits *node)
{
    tl_task_visit(node->arena);
    *walk = (struct tl_cycle_walk){.condition =
                                       tl_at(node->want & TL_CYCLE_OFFSET)};
    walk->object = tl_wait_queue_object(walk->condition, &walk->kind);
}

static bool walk_on(struct tl_cycle_walk *walk, const struct tl_waits *node)
{
    if (!walk->object || !walk->kind->holder)
        return false;
    walk->id = walk->kind->holder(walk->object, walk->condition->verb,
                                  walk->id & TL_NUMBER_MASK);
    tl_task_visit(node->arena);
    return walk->id != 0;
}

void tl_cycle_explore(struct tl_cycle_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        struct tl_cycle_walk walk;
        tl_cycle_walk_begin(&walk, &graph->nodes[i]);
        while (walk_on(&walk, &graph->nodes[i])) {
            node_of(graph, walk.id, true);
            tl_task_visit(graph->nodes[i].arena);
        }
    }
}

static bool can_go_on(struct tl_cycle_graph *graph, size_t i)
{
    struct tl_cycle_walk walk;
    bool any = false, all = true;
    tl_cycle_walk_begin(&walk, &graph->nodes[i]);
    while (walk_on(&walk, &graph->nodes[i])) {
        size_t k = node_of(graph, walk.id, false);
        bool free = k == TL_CYCLE_RUNS || k == i || !graph->nodes[k].stuck;
        any |= free;
        all &= free;
    }
    return walk.object && walk.kind->one_is_enough ? any || all : all;
}

static void strike(struct tl_cycle_graph *graph)
{
    for (bool changed = true; changed;) {
        changed = false;
        /* the last found first: those before it wait for it */
        for (size_t i = graph->count; i-- > 0;) {
            struct tl_waits *node = &graph->nodes[i];
            if (node->stuck && can_go_on(graph, i)) {
                node->stuck = false;
                changed = true;
            }
        }
    }
}

bool tl_cycle_still_waits(const struct tl_waits *node)
{
    uint64_t want = atomic_load(&node->task->pending);
    return ((want ^ node->want) & ~TL_CYCLE_LOOKS) == 0;
}

/* Leaves those nodes marked as stuck that were so at one moment. */
static void settle(struct tl_cycle_graph *graph)
{
    bool changed;
    for (size_t i = 0; i < graph->count; i++)
        graph->nodes[i].stuck = true;
    do {
        strike(graph);
        changed = false;
        for (size_t i = 0; i < graph->count; i++) {
            struct tl_waits *node = &graph->nodes[i];
            if (node->stuck && !tl_cycle_still_waits(node)) {
                node->stuck = false;
                changed = true;
            }
        }
    } while (changed);
}

bool tl_cycle_leads(struct tl_cycle_graph *graph, size_t i, size_t to)
{
    struct tl_cycle_walk walk;
    bool found = false;
    tl_cycle_walk_begin(&walk, &graph->nodes[i]);
    while (!found && walk_on(&walk, &graph->nodes[i])) {
        size_t k = node_of(graph, walk.id, false);
        found = k != TL_CYCLE_RUNS && k != i &&
                (to == TL_CYCLE_RUNS ? graph->nodes[k].returns : k == to);
    }
    return found;
}

bool tl_cycle_find(struct tl_cycle_graph *graph)
{
    if (graph->count < 2)
        return false;
    settle(graph);
    graph->nodes[0].returns = graph->nodes[0].stuck;
    for (bool changed = graph->nodes[0].stuck; changed;) {
        changed = false;
        for (size_t i = graph->count; i-- > 1;) {
            struct tl_waits *node = &graph->nodes[i];
            if (!node->returns && node->stuck &&
                tl_cycle_leads(graph, i, TL_CYCLE_RUNS))
                node->returns = changed = true;
        }
    }
    return graph->nodes[0].returns && tl_cycle_leads(graph, 0, TL_CYCLE_RUNS);
}
