#include "sync/condition.h"

#include <stdio.h>

#include "base/fault.h"
#include "store/heap.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "sync/lock.h"

static struct tl_condition *condition_of(const struct tl_handle *handle)
{
    return handle->object;
}

static struct tl_owner *owner_of(const struct tl_condition *condition)
{
    return &((struct tl_lock *)tl_ref_object(condition->lock))->owner;
}

static int init(struct tl_condition *condition, tl_ref lock)
{
    tl_guard_init(&condition->guard, TL_GUARD_OBJECT, condition);
    int status = tl_tickets_init(&condition->tickets, condition);
    if (status < 0)
        return status;
    tl_refs_set(&condition->lock, lock);
    return TL_OK;
}

int tl_condition_new(struct tl_handle *out, const char *name,
                     const struct tl_handle *lock)
{
    if (lock && lock->object && lock->arena != out->arena)
        return TL_OTHER_ARENA;
    /* a lock of its own has no name in a space, where the condition has one */
    struct tl_handle own = {.arena = out->arena};
    int status =
        lock ? TL_OK : tl_lock_new(&own, out->arena == TL_HOME ? name : NULL);
    if (status < 0)
        return status;
    tl_ref ref = tl_handle_ref(lock ? lock : &own) & TL_REF_WITHIN;
    struct tl_condition *condition = tl_constructor_begin(
        out, TL_KIND_CONDITION, name, lock ? ref : 0, &status);
    if (condition) {
        status = init(condition, ref);
        if (status < 0)
            tl_refs_reclaim_for(tl_self);
        else
            status = tl_constructor_finish(out, 0);
    }
    tl_handle_close(&own);
    return status;
}

int tl_condition_acquire(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter_until(handle, TL_OP_CONDITION_ACQUIRE, deadline);
    return status < 0
               ? status
               : tl_owner_acquire(owner_of(condition_of(handle)), deadline);
}

int tl_condition_release(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_CONDITION_RELEASE);
    return status < 0 ? status
                      : tl_owner_release(owner_of(condition_of(handle)));
}

static bool holds_lock(const struct tl_condition *condition)
{
    return tl_owner_holder(owner_of(condition)) == tl_task_id(tl_self);
}

bool tl_condition_is_held(const struct tl_handle *handle)
{
    return tl_enter(handle, TL_OP_NONE) == TL_OK &&
           holds_lock(condition_of(handle));
}

static void changed(struct tl_condition *condition);

static int draw_ticket(struct tl_condition *condition,
                       _Atomic uint64_t **ticket)
{
    uint64_t *spare = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    for (;;) {
        tl_guard_take(&condition->guard, TL_FOREVER);
        *ticket = tl_tickets_draw(&condition->tickets);
        tl_guard_drop(&condition->guard);
        if (*ticket)
            break;
        int status = tl_tickets_bring_row();
        if (status < 0)
            return status;
    }
    tl_heap_release(spare, 0);
    return TL_OK;
}

/* Whether this ticket was notified.  If so it is kept, so that a death before
 * the task has the lock passes the notification on; else it is given back. */
static bool was_notified(struct tl_condition *condition,
                         _Atomic uint64_t *ticket)
{
    tl_guard_take(&condition->guard, TL_FOREVER);
    bool notified = *ticket == TL_TICKET_NOTIFIED;
    if (!notified)
        *ticket = 0; /* commit */
    tl_fault();
    tl_guard_drop(&condition->guard);
    return notified;
}

/* Gives a ticket back; a notification that was not heard goes to the next. */
static void return_ticket(struct tl_condition *condition,
                          _Atomic uint64_t *ticket, bool heard)
{
    tl_guard_take(&condition->guard, TL_FOREVER);
    /* the next is notified first: a death in between notifies one task more,
     * which is harmless */
    if (*ticket == TL_TICKET_NOTIFIED && !heard)
        tl_tickets_notify(&condition->tickets, 1);
    *ticket = 0; /* commit */
    tl_fault();
    tl_guard_drop(&condition->guard);
}

/* Waits, without the lock, until this ticket is notified, the deadline, or
 * whatever else ends the wait. */
static int await_notice(struct tl_condition *condition,
                        _Atomic uint64_t *ticket, tl_deadline deadline)
{
    int status = TL_OK;
    while (status == TL_OK) {
        uint64_t version = atomic_load(&condition->version);
        if (*ticket == TL_TICKET_NOTIFIED)
            break;
        status = tl_wait(&condition->tickets.notified, &condition->version,
                         version, deadline);
    }
    /* a notify at the last moment counts */
    return was_notified(condition, ticket) ? TL_OK : status;
}

int tl_condition_wait(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_CONDITION_WAIT);
    if (status < 0)
        return status;
    struct tl_condition *condition = condition_of(handle);
    _Atomic uint64_t *ticket;
    if (!holds_lock(condition))
        return TL_NOT_HOLDER;
    status = draw_ticket(condition, &ticket);
    if (status < 0)
        return status;
    tl_owner_release(owner_of(condition));
    status = await_notice(condition, ticket, deadline);
    if (status == TL_STUCK)
        return status;
    tl_cancel_hold(true); /* a cancelled task returns with the lock, too */
    int locked = tl_owner_acquire(owner_of(condition), TL_FOREVER);
    tl_cancel_hold(false);
    if (status == TL_OK) {
        return_ticket(condition, ticket, locked >= 0);
        if (locked < 0)
            changed(condition);
    }
    /* where the lock could not be had, that is the result */
    return locked < 0 || status == TL_OK ? locked : status;
}

static void changed(struct tl_condition *condition)
{
    atomic_fetch_add(&condition->version, 1);
    tl_fault();
    tl_tickets_tell(&condition->tickets);
}

/* The notified tasks are to be called when the lock is released. */
static void owe(struct tl_owner *owner, struct tl_condition *condition)
{
    if (owner->owed && owner->owed != tl_offset(&condition->tickets))
        tl_tickets_tell(tl_at(owner->owed));
    owner->owed = tl_offset(&condition->tickets);
}

int tl_condition_notify(const struct tl_handle *handle, uint32_t n)
{
    int status = tl_enter(handle, n == UINT32_MAX ? TL_OP_CONDITION_NOTIFY_ALL
                                                  : TL_OP_CONDITION_NOTIFY);
    if (status < 0)
        return status;
    struct tl_condition *condition = condition_of(handle);
    if (!holds_lock(condition))
        return TL_NOT_HOLDER;
    tl_guard_take(&condition->guard, TL_FOREVER);
    tl_tickets_notify(&condition->tickets, n);
    tl_guard_drop(&condition->guard);
    atomic_fetch_add(&condition->version, 1);
    tl_fault();
    owe(owner_of(condition), condition);
    return TL_OK;
}

void tl_condition_describe(const struct tl_object *object, int side, char *text,
                           size_t size)
{
    const struct tl_condition *condition = (const struct tl_condition *)object;
    char lock[128];
    (void)side;
    tl_owner_describe(owner_of(condition), lock, sizeof lock);
    snprintf(text, size, "%u waiting; its lock is %s",
             tl_wait_queue_waiting(&condition->tickets.notified), lock);
}

/* The version moves in any case: `dead` may have notified a task, and died
 * before it moved the version. */
void tl_condition_task_died(struct tl_object *object, struct tl_task *dead,
                            struct tl_cell *cell)
{
    struct tl_condition *condition = (struct tl_condition *)object;
    (void)cell;
    struct tl_ticket_row *row = tl_tickets_first(&condition->tickets);
    for (; row; row = tl_tickets_after(row))
        return_ticket(condition, &row->tickets[tl_task_number(dead)], false);
    changed(condition);
    tl_owner_task_died(owner_of(condition), dead);
}

void tl_condition_repair(struct tl_object *object, struct tl_guard *guard,
                         struct tl_task *dead)
{
    (void)guard;
    tl_tickets_repair(&((struct tl_condition *)object)->tickets, dead);
}

void tl_condition_destroy(struct tl_object *object)
{
    struct tl_condition *condition = (struct tl_condition *)object;
    tl_refs_drop(&condition->lock);
    tl_tickets_destroy(&condition->tickets);
}

/* Its lock.  The notified tasks are called at once, though the lock is not free
 * yet: when it is released the condition may be gone. */
/* Its shape is the lock that it was given. */
const struct tl_object *tl_condition_given_lock(const struct tl_object *object)
{
    return object->kind == TL_KIND_CONDITION && object->shape
               ? tl_ref_object(((const struct tl_condition *)object)->lock)
               : NULL;
}

struct tl_object *tl_condition_part_held(struct tl_object *object)
{
    struct tl_condition *condition = (struct tl_condition *)object;
    struct tl_owner *owner = owner_of(condition);
    if (owner->owed == tl_offset(&condition->tickets)) {
        owner->owed = 0;
        tl_tickets_tell(&condition->tickets);
    }
    return tl_ref_object(condition->lock);
}

/* A task holds the condition's own lock by way of the condition's handle. */
bool tl_condition_in_use(const struct tl_object *object,
                         const struct tl_task *task, const struct tl_cell *cell)
{
    (void)cell;
    return tl_owner_holder(owner_of((const struct tl_condition *)object)) ==
           tl_task_id(task);
}
