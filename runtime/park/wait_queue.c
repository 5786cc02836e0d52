#include "park/wait_queue.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/world.h"
#include "park/park.h"

/* A waiter has waited long; and of so many one can be chosen. */
#define LONG TL_MILLISECOND
#define CHOICE_MOST 64

static unsigned chunk_of(uint32_t index, uint32_t *within)
{
    unsigned k = 31 - (unsigned)__builtin_clz(index / TL_WAITERS_FIRST + 1);
    *within = index - TL_WAITERS_FIRST * ((1u << k) - 1);
    return k;
}

struct tl_waiter *tl_wait_queue_node(struct tl_task *task, uint32_t i)
{
    uint32_t within;
    if (i == 0)
        return &task->waiter;
    unsigned k = chunk_of(i - 1, &within);
    return (struct tl_waiter *)tl_at(task->waiter_chunks[k]) + within;
}

uint64_t tl_wait_queue_of(struct tl_task *task)
{
    uint32_t count = atomic_load(&task->waiters);
    uint64_t condition = 0;
    for (uint32_t i = 0; !condition && (i == 0 || i < count); i++)
        condition = atomic_load(&tl_wait_queue_node(task, i)->condition);
    return condition;
}

uint32_t tl_wait_queue_chunk(unsigned k)
{
    return TL_WAITERS_FIRST << k;
}

void tl_wait_queue_use(uint32_t count)
{
    struct tl_task *self = tl_self;
    for (uint32_t i = 1; i < count; i++) {
        struct tl_waiter *node = tl_wait_queue_node(self, i);
        memset(node, 0, sizeof *node);
        node->task = tl_task_number(self);
    }
    /* release: whoever repairs a list finds the nodes clean */
    atomic_store_explicit(&self->waiters, count, memory_order_release);
}

uint32_t tl_wait_queue_used(const struct tl_task *task)
{
    /* acquire: pairs with the release in tl_wait_queue_use */
    uint32_t count = atomic_load_explicit(&task->waiters, memory_order_acquire);
    return count ? count : 1;
}

/* The node behind which one that arrived at that time belongs, or 0: it becomes
 * the first.  Nearly always the last; or none, for a task that was called, and
 * so was the first, and comes back. */
static uint64_t place_for(const struct tl_wait_queue *condition,
                          int64_t arrived)
{
    if (!condition->first ||
        ((struct tl_waiter *)tl_at(condition->first))->arrived > arrived)
        return 0;
    uint64_t at = condition->last;
    while (((struct tl_waiter *)tl_at(at))->arrived > arrived)
        at = ((struct tl_waiter *)tl_at(at))->previous;
    return at;
}

static void link_node(struct tl_wait_queue *condition, struct tl_waiter *node)
{
    node->arrived = atomic_load(&tl_self->since);
    node->previous = place_for(condition, node->arrived);
    struct tl_waiter *before = tl_at(node->previous);
    uint64_t *from = node->previous ? &before->next : &condition->first;
    node->next = *from;
    struct tl_waiter *after = tl_at(node->next);
    tl_fault();
    *from = tl_offset(node);
    tl_fault();
    *(node->next ? &after->previous : &condition->last) = tl_offset(node);
    tl_fault();
    node->linked = 1;
    tl_fault();
    /* before the waiter reads its watch word again: see wait/wait.h */
    atomic_fetch_add(&condition->n, 1);
    tl_fault();
}

static void unlink_node(struct tl_wait_queue *condition, struct tl_waiter *node)
{
    if (node->previous)
        ((struct tl_waiter *)tl_at(node->previous))->next = node->next;
    else
        condition->first = node->next;
    tl_fault();
    if (node->next)
        ((struct tl_waiter *)tl_at(node->next))->previous = node->previous;
    else
        condition->last = node->previous;
    tl_fault();
    node->linked = 0;
    tl_fault();
    atomic_fetch_sub(&condition->n, 1);
    tl_fault();
}

bool tl_wait_queue_enlist(struct tl_waiter *node,
                          struct tl_wait_queue *condition,
                          const _Atomic uint64_t *word, uint64_t seen)
{
    atomic_store(&node->condition, tl_offset(condition));
    tl_fault();
    tl_guard_take(&condition->guard, TL_FOREVER);
    link_node(condition, node);
    bool moved = atomic_load(word) != seen;
    if (moved)
        unlink_node(condition, node);
    tl_guard_drop(&condition->guard);
    if (moved)
        atomic_store(&node->condition, 0);
    return !moved;
}

bool tl_wait_queue_leave(struct tl_waiter *node)
{
    uint64_t offset = atomic_load(&node->condition);
    struct tl_wait_queue *condition = tl_at(offset);
    /* nobody else touches a node that is off its list, so this look needs no
     * guard */
    bool chosen = !node->linked;
    if (!chosen) {
        tl_guard_take(&condition->guard, TL_FOREVER);
        chosen = !node->linked;
        if (!chosen)
            unlink_node(condition, node);
        tl_guard_drop(&condition->guard);
    }
    atomic_store(&node->condition, 0);
    tl_fault();
    return chosen;
}

/* Whether a script could tell which waiter was called.  "Whoever has waited
 * long is next" is a promise of semaphores. */
static bool is_open(const struct tl_wait_queue *condition)
{
    const struct tl_kind *kind;
    const struct tl_object *object = tl_wait_queue_object(condition, &kind);
    const struct tl_waiter *first = tl_at(condition->first);
    if (!object || object->kind == TL_KIND_BOARD)
        return false;
    return object->kind != TL_KIND_SEMAPHORE ||
           tl_clock_now() - first->arrived < LONG;
}

/* The waiter that is to be called next, of whom `count` are: the first, where
 * the world does not say another. */
static struct tl_waiter *next_of(struct tl_wait_queue *condition,
                                 uint32_t count)
{
    struct tl_task *waiters[CHOICE_MOST];
    struct tl_waiter *nodes[CHOICE_MOST];
    uint32_t n = 0;
    uint64_t at = condition->first;
    if (!tl_world_chooses() || tl_wait_queue_waiting(condition) <= count ||
        !is_open(condition))
        return tl_at(at);
    for (; at && n < CHOICE_MOST; at = nodes[n++]->next) {
        nodes[n] = tl_at(at);
        waiters[n] = tl_task_at(nodes[n]->task);
    }
    return nodes[tl_world_whom(waiters, n, true)];
}

/* Takes up to 16 waiters off the list into `chosen`; returns how many. */
static uint32_t choose(struct tl_wait_queue *condition, uint32_t count,
                       uint32_t chosen[16])
{
    uint32_t n = 0;
    tl_guard_take(&condition->guard, TL_FOREVER);
    while (n < count && n < 16 && condition->first) {
        struct tl_waiter *node = next_of(condition, count - n);
        unlink_node(condition, node);
        chosen[n++] = node->task;
    }
    tl_guard_drop(&condition->guard);
    return n;
}

void tl_wait_queue_wake(struct tl_wait_queue *condition, uint32_t count)
{
    uint32_t chosen[16], n;
    do {
        n = choose(condition, count, chosen);
        for (uint32_t i = 0; i < n; i++)
            tl_park_call(tl_task_at(chosen[i]));
        count -= n;
    } while (n == 16 && count > 0);
}

static void unlist(struct tl_waiter *node)
{
    uint64_t offset = atomic_load(&node->condition);
    if (!offset)
        return;
    struct tl_wait_queue *condition = tl_at(offset);
    tl_guard_take(&condition->guard, TL_FOREVER);
    if (node->linked)
        unlink_node(condition, node);
    tl_guard_drop(&condition->guard);
    atomic_store(&node->condition, 0);
}

void tl_wait_queue_unlist(struct tl_task *dead)
{
    uint32_t count = tl_wait_queue_used(dead);
    for (uint32_t i = 0; i < count; i++)
        unlist(tl_wait_queue_node(dead, i));
}

static void forget(struct tl_task *task, uint64_t condition)
{
    uint32_t count = tl_wait_queue_used(task);
    for (uint32_t i = 0; i < count; i++) {
        struct tl_waiter *node = tl_wait_queue_node(task, i);
        /* `linked` is read first, and then the queue.  A node that was linked,
         * and after that still names this queue, cannot leave it, since this
         * task has the guard; a node on its way here has left the other queue.
         * Read the other way round, it might have left here and be linked there
         * by now. */
        if (!atomic_load(&node->linked))
            continue;
        tl_fault();
        if (atomic_load(&node->condition) == condition)
            node->linked = 0;
    }
}

void tl_wait_queue_repair(struct tl_wait_queue *condition)
{
    uint32_t highest = tl_task_highest();
    for (uint32_t n = 1; n <= highest; n++)
        forget(tl_task_at(n), tl_offset(condition));
    tl_fault();
    condition->first = condition->last = 0;
    tl_fault();
    atomic_store(&condition->n, 0);
    tl_fault();
    tl_park_call_all();
}

/* ---- the queue ---- */

const char *tl_verb_name(uint32_t verb)
{
    static const char *const names[] = {"acquire", "wait", "get",
                                        "put",     "recv", "send",
                                        "join",    "read", "write"};
    return verb < sizeof names / sizeof *names ? names[verb] : "wait";
}

void tl_wait_queue_init(struct tl_wait_queue *condition, const void *object,
                        enum tl_verb verb)
{
    tl_guard_init(&condition->guard, TL_GUARD_WAIT_QUEUE, object);
    condition->first = condition->last = 0;
    atomic_store(&condition->n, 0);
    condition->verb = verb;
}

const struct tl_object *
tl_wait_queue_object(const struct tl_wait_queue *condition,
                     const struct tl_kind **row)
{
    if (!tl_is_within(tl_offset(condition), sizeof *condition))
        return NULL;
    uint64_t offset = condition->guard.object;
    if (!tl_is_within(offset, sizeof(struct tl_object)))
        return NULL;
    const struct tl_object *object = tl_at(offset);
    uint64_t kind = object->kind;
    if (kind == TL_KIND_NONE || kind >= TL_KINDS ||
        !tl_is_within(offset, tl_upcalls->kinds[kind].size))
        return NULL;
    *row = &tl_upcalls->kinds[kind];
    return object;
}

/* The number of the task that alone could end a wait; 0: others could too. */
static uint32_t only_holder(const struct tl_object *object,
                            const struct tl_kind *kind, uint32_t verb)
{
    if (!kind->holder || kind->one_is_enough)
        return 0;
    uint32_t first = kind->holder(object, verb, 0) & TL_NUMBER_MASK;
    return first && kind->holder(object, verb, first) ? 0 : first;
}

uint32_t tl_wait_queue_ender(const struct tl_wait_queue *condition)
{
    const struct tl_kind *kind;
    const struct tl_object *object = tl_wait_queue_object(condition, &kind);
    return object ? only_holder(object, kind, condition->verb) : 0;
}
