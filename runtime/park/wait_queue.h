/*
 * Wait queue: the list of the tasks that wait for one thing of an object.
 *
 * The list is derived from the nodes of all tasks: a node names its queue
 * before it is linked and until it has left.  So a dead task's own nodes tell
 * which lists it is in; and a list whose guard had a dead holder is emptied by
 * way of all tasks' nodes, and every task is called.
 *
 * A task's first node is in its slot.  Where it waits at many queues at once,
 * the others are in chunks that stay with the slot for ever, since whoever
 * repairs a list reads all of them, at any time.
 */
#ifndef TL_WAIT_QUEUE_H
#define TL_WAIT_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "park/guard.h"
#include "tasks/task.h"

/* Invariant, outside its guard: first/last and the nodes' next/previous are
 * one list of linked nodes whose `condition` is this queue, and n is its
 * length.  All are written under `guard`.  Repair may empty the list, and then
 * calls all tasks. */
struct tl_wait_queue {
    struct tl_guard guard;
    uint64_t first, last; /* offsets of tl_waiter, by their `arrived` */
    _Atomic uint32_t n;
    uint32_t verb; /* enum tl_verb, for reports */
};

/* What a task waits to do, in the words of the API. */
enum tl_verb {
    TL_VERB_ACQUIRE,
    TL_VERB_WAIT,
    TL_VERB_GET,
    TL_VERB_PUT,
    TL_VERB_RECV,
    TL_VERB_SEND,
    TL_VERB_JOIN,
    TL_VERB_READ,
    TL_VERB_WRITE
};
const char *tl_verb_name(uint32_t verb);

void tl_wait_queue_init(struct tl_wait_queue *condition, const void *object,
                        enum tl_verb verb);

/* The i-th node of a task, from 0. */
struct tl_waiter *tl_wait_queue_node(struct tl_task *task, uint32_t i);

/* The first queue at which the task is listed, an offset of its arena; 0: none.
 */
uint64_t tl_wait_queue_of(struct tl_task *task);

/* How many nodes chunk k has.  The chunks, and the one node in the slot, are
 * all that a task can have. */
uint32_t tl_wait_queue_chunk(unsigned k);

/* This task is going to use its first `count` nodes, whose chunks exist; 1: it
 * is done with the others. */
void tl_wait_queue_use(uint32_t count);

/* How many of a task's first nodes may be listed. */
uint32_t tl_wait_queue_used(const struct tl_task *task);

/* Lists this task by its node; false: the word has moved, and the task is not
 * listed. */
bool tl_wait_queue_enlist(struct tl_waiter *node,
                          struct tl_wait_queue *condition,
                          const _Atomic uint64_t *word, uint64_t seen);

/* Takes the node off its list; true: a waker had chosen it before. */
bool tl_wait_queue_leave(struct tl_waiter *node);

/* Takes a dead task's nodes off the lists that they may be in. */
void tl_wait_queue_unlist(struct tl_task *dead);

/* Repair of a queue whose guard was taken over: empties it and calls every
 * task. */
void tl_wait_queue_repair(struct tl_wait_queue *condition);

/* The number of the task that alone could end a wait at the queue; 0: others
 * could too. */
uint32_t tl_wait_queue_ender(const struct tl_wait_queue *condition);

#define TL_WAKE_ALL UINT32_MAX
void tl_wait_queue_wake(struct tl_wait_queue *condition, uint32_t count);

/* Calls up to `count` waiters, the longest-waiting first, or as the world says
 * (base/world).  With no guard held,
 * and after a commit that was a seq_cst operation on the watch word:
 * wait/wait.h says why no wake is lost then. */
static inline void tl_wake(struct tl_wait_queue *condition, uint32_t count)
{
    if (__builtin_expect(atomic_load(&condition->n) != 0, 0))
        tl_wait_queue_wake(condition, count);
}

/* The same after a commit by a release store, followed by a guard's drop.  The
 * fence puts the store before the load of `n`; on x86 the drop, a locked
 * exchange, is one already. */
static inline void tl_wake_after_drop(struct tl_wait_queue *condition,
                                      uint32_t count)
{
#if defined(__x86_64__) || defined(__i386__)
    atomic_signal_fence(memory_order_seq_cst);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
    tl_wake(condition, count);
}

/* The object of the condition, and its kind, for one of another task's that may
 * be going away meanwhile; NULL: it has none (a mere sleep), or is no condition
 * any more.  The kind is not to be read again: the object's memory may be
 * somebody else's by then. */
const struct tl_object *
tl_wait_queue_object(const struct tl_wait_queue *condition,
                     const struct tl_kind **kind);

static inline uint32_t
tl_wait_queue_waiting(const struct tl_wait_queue *condition)
{
    return atomic_load_explicit(&condition->n, memory_order_relaxed);
}

#endif
