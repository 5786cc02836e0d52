#include "program/recover.h"

#include "commands/command.h"
#include "base/fault.h"
#include "process/output.h"
#include "process/process.h"
#include "store/cell.h"
#include "store/heap.h"
#include "store/log.h"
#include "store/message.h"
#include "store/refs.h"
#include "tasks/tenancy.h"
#include "park/guard.h"
#include "park/park.h"
#include "park/wait_queue.h"
#include "park/post.h"

void tl_recover_guard(struct tl_guard *guard, struct tl_task *dead)
{
    struct tl_object *object;
    switch ((enum tl_guard_role)guard->role) {
    case TL_GUARD_OBJECT:
        object = tl_at(guard->object);
        if (tl_object_kind(object)->repair)
            tl_object_kind(object)->repair(object, guard, dead);
        break;
    case TL_GUARD_WAIT_QUEUE:
        /* the guard is a wait queue's first member */
        tl_wait_queue_repair((struct tl_wait_queue *)guard);
        break;
    case TL_GUARD_HEAP:
        tl_heap_repair();
        break;
    case TL_GUARD_REFS:
        tl_log_repair((struct tl_log *)guard);
        break;
    }
    tl_fault();
    /* settled, so a later look at this slot finds nothing to decide */
    dead->note.doing = TL_DOING_NOTHING;
    tl_fault();
}

static void leave_guard(struct tl_task *dead)
{
    uint64_t offset = atomic_load(&dead->inside);
    if (!offset || dead == tl_self || !tl_rule(TL_RULE_GUARD))
        return;
    struct tl_guard *guard = tl_at(offset);
    /* also where another task holds it: it may be repairing right now */
    tl_guard_take(guard, TL_FOREVER);
    tl_guard_drop(guard);
    tl_guard_wake(guard);
    atomic_store(&dead->inside, 0);
}

static void give_up_children(struct tl_task *dead)
{
    uint32_t number = tl_task_number(dead);
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (tl_task_state(task) == TL_TASK_STARTING &&
            tl_task_creator(task) == number && tl_life_has_ended(task))
            tl_recover(task);
    }
}

static void pass_on(struct tl_task *dead)
{
    uint32_t count = atomic_load(&dead->cells);
    tl_output_task_died(dead);
    for (uint32_t i = 0; i < count; i++) {
        struct tl_cell *cell = tl_cell_at(dead, i);
        /* what was lent it never used */
        if (!cell->ref || cell->ref & TL_LENT)
            continue;
        struct tl_object *object = tl_ref_object(cell->ref);
        if (tl_object_kind(object)->task_died)
            tl_object_kind(object)->task_died(object, dead, cell);
    }
}

static void pass_on_held(struct tl_task *self)
{
    uint32_t count = atomic_load(&self->cells);
    for (uint32_t i = 0; i < count; i++) {
        struct tl_cell *cell = tl_cell_at(self, i);
        if (!cell->ref || cell->ref & TL_LENT)
            continue;
        struct tl_object *object = tl_ref_object(cell->ref);
        const struct tl_kind *kind = tl_object_kind(object);
        if (kind->in_use && kind->in_use(object, self, cell))
            kind->task_died(object, self, cell);
    }
}

void tl_recover_held(void)
{
    unsigned here = tl_arena;
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (tl_task_is_in(arena)) {
            tl_task_visit(arena);
            pass_on_held(tl_self);
        }
    }
    tl_task_visit(here);
}

static void release_owned_blocks(struct tl_task *dead)
{
    uint64_t *owned = dead->owned_blocks;
    /* a block on its way from one word to the other (park/idle) */
    if (owned[TL_OWNED_KEPT_MESSAGE] == owned[TL_OWNED_MESSAGE])
        owned[TL_OWNED_KEPT_MESSAGE] = 0;
    if (owned[TL_OWNED_KEPT_SEGMENT] == owned[TL_OWNED_SEGMENT])
        owned[TL_OWNED_KEPT_SEGMENT] = 0;
    tl_message_drop(&owned[TL_OWNED_KEPT_MESSAGE]);
    tl_heap_release(&owned[TL_OWNED_KEPT_SEGMENT], 0);
    tl_message_drop(&dead->owned_blocks[TL_OWNED_MESSAGE]);
    tl_heap_release(&dead->owned_blocks[TL_OWNED_SEGMENT], 0);
    tl_refs_reclaim_for(dead);
}

static void drop_references(struct tl_task *dead)
{
    /* from above: those that are lent before the bundle that keeps them */
    for (uint32_t i = atomic_load(&dead->cells); i-- > 0;)
        tl_refs_drop(&tl_cell_at(dead, i)->ref);
}

static void end_process(struct tl_task *dead)
{
    /* the offset is only trusted while the reference stands */
    if (dead->process)
        tl_process_ended(tl_at(dead->process), dead);
    dead->process = 0;
    tl_fault();
    tl_refs_drop(&dead->process_cell.ref);
}

/* A slot that was being prepared may have a step in its creator's log. */
static void leave_guard_of_creator(struct tl_task *aborted)
{
    struct tl_task *creator = tl_task_at(tl_task_creator(aborted));
    if (creator != tl_self && tl_task_taken(creator) &&
        tl_life_has_ended(creator))
        leave_guard(creator);
}

static void settle(struct tl_task *dead)
{
    if (tl_task_state(dead) == TL_TASK_ABORTED)
        leave_guard_of_creator(dead);
    leave_guard(dead);
    /* a task that ends in order is not in the middle of a start */
    if (dead != tl_self) {
        give_up_children(dead);
        tl_command_groups_settle(dead);
    }
    if (tl_rule(TL_RULE_UNLIST))
        tl_wait_queue_unlist(dead);
    if (tl_rule(TL_RULE_HELD))
        pass_on(dead);
    if (tl_rule(TL_RULE_OWNED))
        release_owned_blocks(dead);
    if (tl_rule(TL_RULE_REFS))
        drop_references(dead);
    end_process(dead);
    /* before all are called, since they take the posts anew */
    if (dead != tl_self)
        tl_post_dismiss(dead);
    /* a task that ends in order has given the wakes that it owed */
    if (dead != tl_self && tl_rule(TL_RULE_WAKE_ALL))
        tl_park_call_all();
    tl_refs_reclaim();
}

/* Becomes the cleaner, where there is none, or a dead one (*another). */
static bool become_cleaner(struct tl_task *dead, bool *another)
{
    uint32_t cleaner = atomic_load(&dead->cleaner);
    *another = cleaner != 0;
    if (cleaner && tl_life_goes_on(cleaner))
        return false;
    return atomic_compare_exchange_strong(&dead->cleaner, &cleaner,
                                          tl_task_id(tl_self));
}

bool tl_recover(struct tl_task *dead)
{
    bool another;
    if (!become_cleaner(dead, &another))
        return false;
    tl_fault();
    /* the dead cleaner may be inside a guard of an object that only `dead`
     * refers to, and that goes with it: so the cleaner is settled first */
    if (another)
        tl_life_sweep();
    uint32_t self = tl_task_id(tl_self);
    /* another may have settled it before this task became the cleaner */
    if (dead == tl_self || tl_life_has_ended(dead)) {
        settle(dead);
        if (dead == tl_self)
            tl_life_hush(dead);
        tl_tenancy_free(dead);
    }
    /* after the slot is free: a second cleaner that came in before would settle
     * what the slot's next tenant has */
    atomic_compare_exchange_strong(&dead->cleaner, &self, 0);
    tl_fault();
    return true;
}
