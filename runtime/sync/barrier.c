#include "sync/barrier.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/spin.h"
#include "store/heap.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "tasks/life.h"

#define BROKEN UINT64_C(1)

static struct tl_barrier *barrier_of(const struct tl_handle *handle)
{
    return handle->object;
}

static uint64_t *members_of(const struct tl_barrier *barrier)
{
    return tl_at(barrier->members);
}

static uint64_t round_of(uint64_t word)
{
    return word >> 1;
}

static uint64_t entry_of(uint64_t round, const struct tl_task *task)
{
    return round << 32 | tl_task_id(task);
}

static bool is_of_round(uint64_t entry, uint64_t round)
{
    return entry != 0 && entry >> 32 == (round & UINT32_MAX);
}

static uint32_t arrived(const struct tl_barrier *barrier, uint64_t round)
{
    uint32_t n = 0;
    while (n < barrier->parties && is_of_round(members_of(barrier)[n], round))
        n++;
    return n;
}

int tl_barrier_new(struct tl_handle *out, const char *name, uint32_t parties)
{
    int status;
    struct tl_barrier *barrier =
        tl_constructor_begin(out, TL_KIND_BARRIER, name, parties, &status);
    if (!barrier)
        return status;
    tl_guard_init(&barrier->guard, TL_GUARD_OBJECT, barrier);
    tl_wait_queue_init(&barrier->moved, barrier, TL_VERB_WAIT);
    barrier->parties = parties;
    status = tl_heap_take(&barrier->members, parties * sizeof(uint64_t));
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    memset(members_of(barrier), 0, parties * sizeof(uint64_t));
    return tl_constructor_finish(out, 0);
}

/* Whether a party has died while it waited: nobody may have noticed yet. */
static bool a_member_is_dead(const struct tl_barrier *barrier)
{
    for (uint32_t i = 0; i + 1 < barrier->parties; i++)
        if (!tl_life_goes_on((uint32_t)members_of(barrier)[i]))
            return true;
    return false;
}

/* Arrives in the round that *word tells; the place, or TL_BROKEN. */
static int arrive(struct tl_barrier *barrier, uint64_t *word)
{
    *word = atomic_load(&barrier->word);
    if (*word & BROKEN)
        return TL_BROKEN;
    uint64_t round = round_of(*word);
    uint32_t place = arrived(barrier, round) + 1;
    if (place > barrier->parties) {
        /* the last party died after its entry, before it could end the round */
        atomic_fetch_or(&barrier->word, BROKEN); /* commit */
        tl_fault();
        return TL_BROKEN;
    }
    members_of(barrier)[place - 1] = entry_of(round, tl_self); /* commit */
    tl_fault();
    if (place == barrier->parties && a_member_is_dead(barrier)) {
        atomic_fetch_or(&barrier->word, BROKEN); /* commit */
        tl_fault();
        return TL_BROKEN;
    }
    if (place == barrier->parties) {
        barrier->failed &= ~(UINT64_C(1) << round % 64);
        tl_fault();
        atomic_store(&barrier->word, (round + 1) << 1); /* commit */
        tl_fault();
    }
    return (int)place;
}

/* How the round that this task arrived in has ended; TL_TIMEOUT: not yet. */
static int outcome(const struct tl_barrier *barrier, uint64_t arrived_in,
                   int place)
{
    uint64_t word = atomic_load(&barrier->word);
    uint64_t round = round_of(arrived_in);
    if (round_of(word) == round)
        return word & BROKEN ? TL_BROKEN : TL_TIMEOUT;
    return barrier->failed >> round % 64 & 1 ? TL_BROKEN : place;
}

/* Breaks the round, unless it has ended. */
static int leave(struct tl_barrier *barrier, uint64_t arrived_in, int place,
                 int why)
{
    tl_guard_take(&barrier->guard, TL_FOREVER);
    int status = outcome(barrier, arrived_in, place);
    if (status == TL_TIMEOUT) {
        atomic_fetch_or(&barrier->word, BROKEN); /* commit */
        tl_fault();
        status = why;
    }
    tl_guard_drop(&barrier->guard);
    tl_wake(&barrier->moved, TL_WAKE_ALL);
    return status;
}

int tl_barrier_wait(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_BARRIER_WAIT);
    if (status < 0)
        return status;
    struct tl_barrier *barrier = barrier_of(handle);
    uint64_t word;
    status = tl_guard_take(&barrier->guard, deadline);
    if (status < 0)
        return status;
    int place = arrive(barrier, &word);
    tl_guard_drop(&barrier->guard);
    if (place == TL_BROKEN || place == (int)barrier->parties)
        tl_wake(&barrier->moved, TL_WAKE_ALL);
    if (place < 0 || place == (int)barrier->parties)
        return place;
    if (deadline > 0) /* the others may be on their way here */
        tl_spin_yield(&barrier->word, word);
    for (;;) {
        status = outcome(barrier, word, place);
        if (status != TL_TIMEOUT)
            return status;
        status = tl_wait(&barrier->moved, &barrier->word, word, deadline);
        /* reports before this task breaks the round by leaving */
        if (status == TL_STUCK)
            tl_upcalls->stuck();
        if (status < 0)
            return leave(barrier, word, place, status);
    }
}

int tl_barrier_reset(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_BARRIER_RESET);
    if (status < 0)
        return status;
    struct tl_barrier *barrier = barrier_of(handle);
    tl_guard_take(&barrier->guard, TL_FOREVER);
    uint64_t round = round_of(atomic_load(&barrier->word));
    barrier->failed |= UINT64_C(1) << round % 64;
    tl_fault();
    atomic_store(&barrier->word, (round + 1) << 1); /* commit */
    tl_fault();
    tl_guard_drop(&barrier->guard);
    tl_wake(&barrier->moved, TL_WAKE_ALL);
    return TL_OK;
}

int tl_barrier_abort(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_BARRIER_ABORT);
    if (status < 0)
        return status;
    struct tl_barrier *barrier = barrier_of(handle);
    tl_guard_take(&barrier->guard, TL_FOREVER);
    atomic_fetch_or(&barrier->word, BROKEN); /* commit */
    tl_fault();
    tl_guard_drop(&barrier->guard);
    tl_wake(&barrier->moved, TL_WAKE_ALL);
    return TL_OK;
}

uint32_t tl_barrier_parties(const struct tl_handle *handle)
{
    return handle->object ? barrier_of(handle)->parties : 0;
}

static uint32_t waiting(const struct tl_barrier *barrier)
{
    uint64_t word = atomic_load(&barrier->word);
    return word & BROKEN ? 0 : arrived(barrier, round_of(word));
}

uint32_t tl_barrier_waiting(const struct tl_handle *handle)
{
    if (tl_enter(handle, TL_OP_BARRIER_WAITING) < 0)
        return 0;
    tl_life_sweep(); /* settles parties that died, which breaks the round */
    return waiting(barrier_of(handle));
}

bool tl_barrier_broken(const struct tl_handle *handle)
{
    if (tl_enter(handle, TL_OP_BARRIER_BROKEN) < 0)
        return false;
    tl_life_sweep();
    return atomic_load(&barrier_of(handle)->word) & BROKEN;
}

void tl_barrier_describe(const struct tl_object *object, int side, char *text,
                         size_t size)
{
    const struct tl_barrier *barrier = (const struct tl_barrier *)object;
    (void)side;
    snprintf(text, size, "%u of %u waiting%s", waiting(barrier),
             barrier->parties,
             atomic_load(&barrier->word) & BROKEN ? ", broken" : "");
}

/* A party that waited and died breaks the round, since it will not go on with
 * the others.  Its entry is the truth.  Nothing under the guard is ever
 * half-done, so the barrier needs no repair. */
void tl_barrier_task_died(struct tl_object *object, struct tl_task *dead,
                          struct tl_cell *cell)
{
    struct tl_barrier *barrier = (struct tl_barrier *)object;
    (void)cell;
    tl_guard_take(&barrier->guard, TL_FOREVER);
    uint64_t word = atomic_load(&barrier->word);
    uint64_t entry = entry_of(round_of(word), dead);
    for (uint32_t i = 0; i < barrier->parties; i++)
        if (members_of(barrier)[i] == entry)
            atomic_fetch_or(&barrier->word, BROKEN); /* commit */
    tl_fault();
    tl_guard_drop(&barrier->guard);
    tl_wake(&barrier->moved, TL_WAKE_ALL);
}

void tl_barrier_destroy(struct tl_object *object)
{
    tl_heap_release(&((struct tl_barrier *)object)->members, 0);
}
