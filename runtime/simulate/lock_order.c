#include "simulate/lock_order.h"

#include <assert.h>
#include <stdlib.h>

#include "park/idle.h"
#include "process/process.h"
#include "explore/lock_circle.h"
#include "simulate/lock_words.h"
#include "simulate/players.h"
#include "simulate/record.h"
#include "sync/condition.h"
#include "sync/semaphore.h"
#include "wait/operation.h"

enum act { NOTHING, TAKES, READS, WAITS, SEATS, UNSEATS, JOINS };

/* An object, and what a task does or did to it.  The object may be gone. */
struct use {
    enum act act;
    unsigned arena;
    uint64_t offset, number;
    uint32_t kind;
    bool tries;
    uint64_t free; /* seats of a semaphore, before */
    struct tl_lock_place place;
};

struct held {
    struct use use;
    uint32_t seats; /* of a semaphore */
};

/* This thread's, of the player with that key; NULL: there is none yet.  Outside
 * of the thread's own memory, as what a module has there is scarce. */
struct mine {
    uint64_t key;
    struct use last;
    uint32_t count;
    bool lost; /* it holds more */
    struct held held[TL_LOCK_GRAPH_HELD];
};
static _Thread_local struct mine *mine;

static enum act act_of(uint32_t operation)
{
    switch (operation) {
    case TL_OP_LOCK_ACQUIRE:
    case TL_OP_RLOCK_ACQUIRE:
    case TL_OP_CONDITION_ACQUIRE:
    case TL_OP_RWLOCK_WRITE:
    case TL_OP_VALUE_UPDATE:
    case TL_OP_TABLE_UPDATE:
        return TAKES;
    case TL_OP_RWLOCK_READ:
        return READS;
    case TL_OP_CONDITION_WAIT:
        return WAITS;
    case TL_OP_SEMAPHORE_ACQUIRE:
        return SEATS;
    case TL_OP_SEMAPHORE_RELEASE:
        return UNSEATS;
    case TL_OP_PROCESS_JOIN:
    case TL_OP_PROCESS_RESULT:
        return JOINS;
    default:
        return NOTHING;
    }
}

/* NULL: it is gone.  In its arena. */
static struct tl_object *object_of(const struct use *use)
{
    if (!tl_is_within(use->offset, sizeof(struct tl_object)))
        return NULL;
    struct tl_object *object = tl_at(use->offset);
    return object->kind == use->kind && object->number == use->number ? object
                                                                      : NULL;
}

static bool is_same(const struct use *a, const struct use *b)
{
    return a->offset == b->offset && a->arena == b->arena &&
           a->number == b->number && a->kind == b->kind;
}

static struct held *find(const struct use *use)
{
    for (uint32_t i = 0; i < mine->count; i++)
        if (is_same(&mine->held[i].use, use))
            return &mine->held[i];
    return NULL;
}

static struct held *hold(const struct use *use)
{
    struct held *held = find(use);
    assert(mine);
    if (held)
        return held;
    if (mine->count == TL_LOCK_GRAPH_HELD) {
        mine->lost = true;
        return NULL;
    }
    mine->held[mine->count] = (struct held){.use = *use};
    return &mine->held[mine->count++];
}

/* ---- what the last operation has brought ---- */

static bool holds(const struct use *use)
{
    const struct tl_object *object = object_of(use);
    const struct tl_kind *kind = object ? tl_object_kind(object) : NULL;
    return kind && kind->in_use && kind->in_use(object, tl_self, NULL);
}

/* That a task got a seat is not written in every semaphore. */
static void got_seat(void)
{
    struct tl_object *object = object_of(&mine->last);
    if (!object || mine->last.tries)
        return;
    struct held *held = hold(&mine->last);
    if (held)
        held->seats++;
}

/* Seats that it had not taken are more for all. */
static void gave_seats(void)
{
    struct tl_object *object = object_of(&mine->last);
    if (!object)
        return;
    uint32_t node = tl_lock_graph_node(object, 0);
    uint64_t free = atomic_load(&((struct tl_semaphore *)object)->word);
    uint32_t given =
        free > mine->last.free ? (uint32_t)(free - mine->last.free) : 0;
    struct held *held = find(&mine->last);
    uint32_t own = held && held->seats < given ? held->seats : given;
    own = held ? own : 0;
    if (held)
        held->seats -= own;
    if (node)
        tl_lock_node_at(node)->seats += given - own;
}

static void joined(void)
{
    uint32_t self = tl_lock_graph->players[tl_players_me];
    uint32_t other = tl_lock_graph_task_of(mine->last.kind, mine->last.number);
    if (!self || !other)
        return;
    uint32_t player = tl_lock_task_at(other)->player;
    const struct tl_process *process =
        (const struct tl_process *)object_of(&mine->last);
    bool over = tl_lock_graph->players[player] != other ||
                tl_players_at(player)->state == TL_PLAYER_ABSENT ||
                (process && process->state == TL_PROCESS_ENDED);
    if (over)
        tl_lock_graph_join(tl_lock_task_at(self), other);
}

static void take_in(void)
{
    switch (mine->last.act) {
    case TAKES:
    case READS:
        if (holds(&mine->last))
            hold(&mine->last);
        break;
    case SEATS:
        got_seat();
        break;
    case UNSEATS:
        gave_seats();
        break;
    case JOINS:
        joined();
        break;
    default:
        break;
    }
    mine->last.act = NOTHING;
}

static void let_go(void)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < mine->count; i++) {
        struct held *held = &mine->held[i];
        tl_task_visit(held->use.arena);
        bool has = held->use.kind == TL_KIND_SEMAPHORE
                       ? held->seats > 0 && object_of(&held->use)
                       : holds(&held->use);
        if (has)
            mine->held[kept++] = *held;
    }
    mine->count = kept;
    mine->lost = mine->lost && kept > 0;
}

/* ---- what it begins ---- */

/* Before the first of it is taken all its seats are free. */
static void to_semaphore(struct use *use)
{
    const struct tl_semaphore *semaphore = tl_at(use->offset);
    use->free = atomic_load(&semaphore->word);
    tl_lock_graph_node(&semaphore->object, (uint32_t)use->free);
}

/* Of a condition: to its lock. */
static void to_lock(struct use *use)
{
    const struct tl_condition *condition = tl_at(use->offset);
    const struct tl_object *lock = tl_ref_object(condition->lock);
    use->offset = tl_offset(lock);
    use->kind = (uint32_t)lock->kind;
    use->number = lock->number;
}

static struct use begin(enum act act)
{
    const struct tl_intent *intent = &tl_self->intent;
    struct use use = {.act = act,
                      .arena = intent->arena,
                      .tries = intent->tries,
                      .place = tl_record_place()};
    tl_task_visit(use.arena);
    const struct tl_object *object = tl_at(intent->object);
    use.offset = intent->object;
    use.kind = (uint32_t)object->kind;
    use.number = object->number;
    if (use.kind == TL_KIND_SEMAPHORE)
        to_semaphore(&use);
    else if (use.kind == TL_KIND_CONDITION)
        to_lock(&use);
    return use;
}

/* The node of what it holds. */
static uint32_t node_of(const struct use *use)
{
    tl_task_visit(use->arena);
    const struct tl_object *object = object_of(use);
    return object ? tl_lock_graph_node(object, 1) : 0;
}

static void add_held(struct tl_lock_edge *edge, const struct use *use)
{
    uint32_t node = node_of(use);
    if (!node)
        return;
    if (use->act == READS)
        edge->reads |= (uint16_t)(1u << edge->held_count);
    edge->held[edge->held_count++] = (uint16_t)node;
}

/* From the one that is held to `use`. */
static void note(const struct held *from, const struct use *use)
{
    uint32_t task = tl_lock_graph->players[tl_players_me];
    struct tl_lock_edge edge = {.to = (uint16_t)node_of(use),
                                .task = (uint16_t)task,
                                .to_read = use->act == READS,
                                .again = use->act == WAITS,
                                .from_place = from->use.place,
                                .to_place = use->place};
    if (!edge.to || !task)
        return;
    edge.segment = tl_lock_task_at(task)->segment;
    add_held(&edge, &from->use);
    if (edge.held_count == 0)
        return;
    for (uint32_t i = 0; i < mine->count; i++)
        if (&mine->held[i] != from && !is_same(&mine->held[i].use, use))
            add_held(&edge, &mine->held[i].use);
    uint32_t number = tl_lock_graph_add(&edge);
    if (number)
        tl_lock_circle_look(number, tl_lock_words_warn);
}

static void note_all(const struct use *use)
{
    bool wants = (use->act == TAKES || use->act == READS) && !use->tries;
    if (mine->lost || !(wants ? !find(use) : use->act == WAITS))
        return;
    for (uint32_t i = 0; i < mine->count; i++)
        if (mine->held[i].use.kind != TL_KIND_SEMAPHORE &&
            !is_same(&mine->held[i].use, use))
            note(&mine->held[i], use);
}

/* A child begins with what its parent had. */
static bool is_there(void)
{
    uint64_t key = tl_players_self()->key;
    if (!mine)
        mine = calloc(1, sizeof *mine);
    if (mine && mine->key != key)
        *mine = (struct mine){.key = key};
    return mine != NULL;
}

void tl_lock_order_end(void)
{
    free(mine);
    mine = NULL;
}

/* Most tasks at most points. */
static bool has_nothing(void)
{
    return mine && mine->count == 0 && mine->last.act == NOTHING;
}

void tl_lock_order_point(void)
{
    unsigned here = tl_arena;
    if (has_nothing() || tl_idle_running() || !is_there())
        return;
    if (mine->last.act != NOTHING) {
        tl_task_visit(mine->last.arena);
        take_in();
    }
    let_go();
    tl_task_visit(here);
}

void tl_lock_order_step(void)
{
    enum act act = act_of(atomic_load(&tl_self->intent.operation));
    if (act == NOTHING || tl_idle_running() || !is_there())
        return;
    unsigned here = tl_arena;
    mine->last = begin(act);
    note_all(&mine->last);
    tl_task_visit(here);
}
