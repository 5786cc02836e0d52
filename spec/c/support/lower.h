/*
 * Lower: a program made of the rooms up to store/ alone, for tests of these,
 * with upcalls of its own.  It needs no kind of object and no process of the
 * runtime.
 *
 * A task is this process, or a fork that takes a slot by lower_enter.  When a
 * task dies, the upcalls here settle it: they take it off all lists and give
 * its slot back.
 */
#ifndef LOWER_H
#define LOWER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory/object.h"
#include "park/guard.h"
#include "park/park.h"
#include "park/post.h"
#include "park/wait_queue.h"
#include "store/heap.h"
#include "store/name_index.h"
#include "store/refs.h"
#include "tasks/life.h"
#include "tasks/seed.h"
#include "tasks/tenancy.h"
#include "wait/checkpoint.h"
#include "wait/deadlock_check.h"
#include "wait/sleep.h"

static int lower_failures;

static inline void say(bool well, const char *what)
{
    printf("%s - %s\n", well ? "ok" : "not ok", what);
    lower_failures += !well;
}

static inline bool lower_settle(struct tl_task *dead)
{
    uint32_t nobody = 0;
    if (dead == tl_self || !atomic_compare_exchange_strong(
                               &dead->cleaner, &nobody, tl_task_id(tl_self)))
        return false;
    tl_wait_queue_unlist(dead);
    tl_post_dismiss(dead);
    tl_park_call_all();
    tl_tenancy_free(dead);
    atomic_store(&dead->cleaner, 0);
    return true;
}

static inline void lower_repair(struct tl_guard *guard, struct tl_task *dead)
{
    (void)dead;
    if (guard->role == TL_GUARD_WAIT_QUEUE)
        tl_wait_queue_repair((struct tl_wait_queue *)guard);
    else if (guard->role == TL_GUARD_HEAP)
        tl_heap_repair();
}

static const struct tl_kind lower_kinds[TL_KINDS];
static const struct tl_upcalls lower_upcalls = {
    .kinds = lower_kinds, .settle = lower_settle, .repair = lower_repair};

/* Makes this process a task, in a slot of its own. */
static inline bool lower_enter(void)
{
    struct tl_task *task = tl_tenancy_claim();
    if (!task || !tl_tenancy_enter(task, tl_task_id(task)))
        return false;
    tl_post_newcomer();
    tl_checkpoint_adopt();
    snprintf(task->name, sizeof task->name, "task-%u",
             (unsigned)tl_task_number(task));
    return true;
}

/* Makes this process the first task, in an arena of so many bytes. */
static inline bool lower_init(uint64_t memory)
{
    tl_upcalls = &lower_upcalls;
    if (tl_arena_make(memory) < 0 || tl_seed_make() < 0 ||
        tl_sleep_make() < 0 || tl_task_table_make(16, 1) < 0 ||
        tl_post_make() < 0 || tl_deadlock_check_make() < 0 ||
        tl_object_make_counts() < 0 || tl_name_index_make() < 0 ||
        tl_refs_make() < 0 || tl_heap_make() < 0)
        return false;
    tl_checkpoint_watch_forks();
    return lower_enter();
}

#endif
