#include "notice.h"

#include <stdio.h>
#include <string.h>

#include "constructor.h"
#include "handle.h"
#include "insight/fault.h"
#include "lock.h"
#include "store/block.h"
#include "wait/park.h"

#define NOTIFIED UINT64_MAX

static struct tl_notice *notice_of(const struct tl_handle *handle)
{
    return handle->object;
}

static struct tl_notice_row *first_row(const struct tl_notice *notice)
{
    return tl_at(notice->rows);
}

/* NULL behind the last. */
static struct tl_notice_row *row_after(const struct tl_notice_row *row)
{
    return row->next ? tl_at(row->next) : NULL;
}

static struct tl_hold *hold_of(const struct tl_notice *notice)
{
    return &((struct tl_lock *)tl_ref_object(notice->lock))->hold;
}

static int make_row(uint64_t *owner)
{
    uint64_t size =
        sizeof(struct tl_notice_row) + (tl_task_limit() + 1) * sizeof(uint64_t);
    int status = tl_block_take(owner, size);
    if (status == TL_OK)
        memset(tl_at(*owner), 0, size);
    return status;
}

static int init(struct tl_notice *notice, tl_ref lock)
{
    tl_guard_init(&notice->guard, TL_GUARD_OBJECT, notice);
    tl_condition_init(&notice->notified, notice, TL_VERB_WAIT);
    notice->next_ticket = 1;
    int status = make_row(&notice->rows);
    if (status < 0)
        return status;
    tl_refs_set(&notice->lock, lock);
    return TL_OK;
}

int tl_condition_new(struct tl_handle *out, const char *name,
                     const struct tl_handle *lock)
{
    if (lock && lock->object && lock->arena != out->arena)
        return TL_OTHER_ARENA;
    /* nameless where it is part of a condition that has a name in a space */
    struct tl_handle own = {.arena = out->arena};
    int status =
        lock ? TL_OK : tl_lock_new(&own, out->arena == TL_HOME ? name : NULL);
    if (status < 0)
        return status;
    tl_ref ref = tl_handle_ref(lock ? lock : &own) & TL_REF_WITHIN;
    struct tl_notice *notice = tl_constructor_begin(
        out, TL_KIND_CONDITION, name, lock ? ref : 0, &status);
    if (notice) {
        status = init(notice, ref);
        if (status < 0)
            tl_refs_bury_for(tl_self);
        else
            status = tl_constructor_finish(out, 0);
    }
    tl_handle_close(&own);
    return status;
}

int tl_condition_acquire(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle);
    return status < 0 ? status
                      : tl_hold_acquire(hold_of(notice_of(handle)), deadline);
}

int tl_condition_release(const struct tl_handle *handle)
{
    int status = tl_enter(handle);
    return status < 0 ? status : tl_hold_release(hold_of(notice_of(handle)));
}

static bool holds_lock(const struct tl_notice *notice)
{
    return tl_hold_holder(hold_of(notice)) == tl_task_id(tl_self);
}

bool tl_condition_is_held(const struct tl_handle *handle)
{
    return tl_enter(handle) == TL_OK && holds_lock(notice_of(handle));
}

static void notify(struct tl_notice *notice, uint32_t n);
static void changed(struct tl_notice *notice);

/* Under the guard: takes a place of this task, in the row that it carries where
 * no other has one; NULL: a row is needed. */
static _Atomic uint64_t *take_place(struct tl_notice *notice)
{
    uint64_t *spare = &tl_self->carrying[TL_HAND_SEGMENT];
    struct tl_notice_row *row = first_row(notice);
    uint32_t number = tl_task_number(tl_self);
    while (row->places[number]) {
        if (!row->next && *spare) {
            row->next = *spare; /* adopted */
            tl_fault();
            *spare = 0;
            tl_fault();
        }
        row = row_after(row);
        if (!row)
            return NULL;
    }
    row->places[number] = notice->next_ticket++;
    tl_fault();
    return &row->places[number];
}

static int enter_place(struct tl_notice *notice, _Atomic uint64_t **place)
{
    uint64_t *spare = &tl_self->carrying[TL_HAND_SEGMENT];
    for (;;) {
        tl_guard_take(&notice->guard, TL_FOREVER);
        *place = take_place(notice);
        tl_guard_drop(&notice->guard);
        if (*place)
            break;
        int status = make_row(spare);
        if (status < 0)
            return status;
    }
    tl_block_release(spare, 0);
    return TL_OK;
}

/* Whether this place was notified; then it is kept, so that a death before the
 * task has the lock passes the notice on.  Else it is left. */
static bool was_notified(struct tl_notice *notice, _Atomic uint64_t *place)
{
    tl_guard_take(&notice->guard, TL_FOREVER);
    bool notified = *place == NOTIFIED;
    if (!notified)
        *place = 0; /* commit */
    tl_fault();
    tl_guard_drop(&notice->guard);
    return notified;
}

/* Leaves a place; what was told there and not heard is told to the next. */
static void leave_place(struct tl_notice *notice, _Atomic uint64_t *place,
                        bool heard)
{
    tl_guard_take(&notice->guard, TL_FOREVER);
    /* the next first: who dies between notifies one more, which is harmless */
    if (*place == NOTIFIED && !heard)
        notify(notice, 1);
    *place = 0; /* commit */
    tl_fault();
    tl_guard_drop(&notice->guard);
}

/* Until this place is notified, or its time is over, or something else ends the
 * wait; without the lock. */
static int await_notice(struct tl_notice *notice, _Atomic uint64_t *place,
                        tl_deadline deadline)
{
    int status = TL_OK;
    while (status == TL_OK) {
        uint64_t version = atomic_load(&notice->version);
        if (*place == NOTIFIED)
            break;
        status =
            tl_wait(&notice->notified, &notice->version, version, deadline);
    }
    /* who was notified in the last moment has been notified */
    return was_notified(notice, place) ? TL_OK : status;
}

int tl_condition_wait(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_notice *notice = notice_of(handle);
    _Atomic uint64_t *place;
    if (!holds_lock(notice))
        return TL_NOT_HOLDER;
    status = enter_place(notice, &place);
    if (status < 0)
        return status;
    tl_hold_release(hold_of(notice));
    status = await_notice(notice, place, deadline);
    if (status == TL_STUCK)
        return status;
    tl_cancel_hold(true); /* who is cancelled has the lock, as who is not */
    int locked = tl_hold_acquire(hold_of(notice), TL_FOREVER);
    tl_cancel_hold(false);
    if (status == TL_OK) {
        leave_place(notice, place, locked >= 0);
        if (locked < 0)
            changed(notice);
    }
    /* without the lock, that comes first */
    return locked < 0 || status == TL_OK ? locked : status;
}

/* The place of the row that has waited longer than *first, and longest. */
static void look_for_first(struct tl_notice_row *row, _Atomic uint64_t **first)
{
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        uint64_t ticket = row->places[n];
        if (ticket && ticket != NOTIFIED && (!*first || ticket < **first))
            *first = &row->places[n];
    }
}

/* Under the guard. */
static void notify(struct tl_notice *notice, uint32_t n)
{
    for (; n > 0; n--) {
        struct tl_notice_row *row = first_row(notice);
        _Atomic uint64_t *first = NULL;
        for (; row; row = row_after(row))
            look_for_first(row, &first);
        if (!first)
            return;
        *first = NOTIFIED; /* commit */
        tl_fault();
    }
}

/* Without the guard: a row may come meanwhile, and then nobody there has been
 * notified before. */
static bool is_told(const struct tl_notice *notice, uint32_t number)
{
    const struct tl_notice_row *row = first_row(notice);
    for (; row; row = row_after(row))
        if (row->places[number] == NOTIFIED)
            return true;
    return false;
}

/* One that is not asleep yet, but listed, does not fall asleep: it was called
 * after it had begun to park, or has seen the version move. */
void tl_notice_tell(struct tl_notice *notice)
{
    /* seq_cst: after the one operation that moved the version, as in tl_wake,
     * which argues it; on ARM64 a relaxed load may come before that's store */
    if (atomic_load(&notice->notified.n) == 0)
        return;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        if (is_told(notice, n))
            tl_park_call(tl_task_at(n));
}

static void changed(struct tl_notice *notice)
{
    atomic_fetch_add(&notice->version, 1);
    tl_fault();
    tl_notice_tell(notice);
}

/* To be told when the lock is released. */
static void owe(struct tl_hold *hold, struct tl_notice *notice)
{
    if (hold->owed && hold->owed != tl_offset(notice))
        tl_notice_tell(tl_at(hold->owed));
    hold->owed = tl_offset(notice);
}

int tl_condition_notify(const struct tl_handle *handle, uint32_t n)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_notice *notice = notice_of(handle);
    if (!holds_lock(notice))
        return TL_NOT_HOLDER;
    tl_guard_take(&notice->guard, TL_FOREVER);
    notify(notice, n);
    tl_guard_drop(&notice->guard);
    atomic_fetch_add(&notice->version, 1);
    tl_fault();
    owe(hold_of(notice), notice);
    return TL_OK;
}

void tl_notice_describe(const struct tl_object *object, int side, char *text,
                        size_t size)
{
    const struct tl_notice *notice = (const struct tl_notice *)object;
    char lock[128];
    (void)side;
    tl_hold_describe(hold_of(notice), lock, sizeof lock);
    snprintf(text, size, "%u waiting; its lock is %s",
             tl_condition_waiting(&notice->notified), lock);
}

/* The version moves in any case: `dead` may have notified somebody, and died
 * before it said so. */
void tl_notice_task_died(struct tl_object *object, struct tl_task *dead,
                         struct tl_cell *cell)
{
    struct tl_notice *notice = (struct tl_notice *)object;
    (void)cell;
    struct tl_notice_row *row = first_row(notice);
    for (; row; row = row_after(row))
        leave_place(notice, &row->places[tl_task_number(dead)], false);
    changed(notice);
    tl_hold_task_died(hold_of(notice), dead);
}

/* `dead` may have had a row in its hand that the notice has adopted. */
void tl_notice_repair(struct tl_object *object, struct tl_guard *guard,
                      struct tl_task *dead)
{
    struct tl_notice_row *row = first_row((struct tl_notice *)object);
    (void)guard;
    for (; row; row = row_after(row))
        if (row->next && row->next == dead->carrying[TL_HAND_SEGMENT])
            dead->carrying[TL_HAND_SEGMENT] = 0;
    tl_fault();
}

/* Of one row after the other, so that a task that goes on after a dead one
 * begins where it was. */
void tl_notice_destroy(struct tl_object *object)
{
    struct tl_notice *notice = (struct tl_notice *)object;
    tl_refs_drop(&notice->lock);
    while (notice->rows)
        tl_block_release(&notice->rows, first_row(notice)->next);
}

/* Its lock.  Who was notified is called at once, though the lock is not free
 * yet: when it is released the notice may be gone. */
struct tl_object *tl_notice_part_held(struct tl_object *object)
{
    struct tl_notice *notice = (struct tl_notice *)object;
    struct tl_hold *hold = hold_of(notice);
    if (hold->owed == tl_offset(notice)) {
        hold->owed = 0;
        tl_notice_tell(notice);
    }
    return tl_ref_object(notice->lock);
}

/* The lock of its own is held by way of the condition's handle. */
bool tl_notice_in_use(const struct tl_object *object,
                      const struct tl_task *task, const struct tl_cell *cell)
{
    (void)cell;
    return tl_hold_holder(hold_of((const struct tl_notice *)object)) ==
           tl_task_id(task);
}
