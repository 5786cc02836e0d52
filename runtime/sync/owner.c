#include "sync/owner.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/world.h"
#include "base/fault.h"
#include "sync/cycle.h"
#include "sync/tickets.h"
#include "tasks/life.h"

#define LOSSES_MOST 30
#define HUNGRY_AFTER TL_MILLISECOND

void tl_owner_init(struct tl_owner *owner, const void *object)
{
    atomic_store(&owner->word, 0);
    owner->owed = 0;
    tl_wait_queue_init(&owner->released, object, TL_VERB_ACQUIRE);
}

uint32_t tl_owner_holder(const struct tl_owner *owner)
{
    return (uint32_t)atomic_load(&owner->word) & TL_ID_MASK;
}

bool tl_owner_holder_name(const struct tl_owner *owner, char name[TL_NAME_SIZE])
{
    uint32_t id = tl_owner_holder(owner);
    if (id)
        memcpy(name, tl_task_of(id)->name, TL_NAME_SIZE);
    /* the name is the holder's only if the slot was not given away; and a dead
     * holder's word is about to be passed on */
    return id && tl_life_goes_on(id);
}

void tl_owner_describe(const struct tl_owner *owner, char *text, size_t size)
{
    uint64_t word = atomic_load(&owner->word);
    uint32_t id = (uint32_t)word & TL_ID_MASK;
    char holder[TL_NAME_SIZE];
    if (tl_owner_holder_name(owner, holder))
        snprintf(text, size, "held by %s (pid %d), %u waiting", holder,
                 (int)tl_world_pid(tl_task_of(id)->pid),
                 tl_wait_queue_waiting(&owner->released));
    else
        snprintf(text, size, "free%s",
                 id || word & TL_OWNER_ABANDONED ? ", abandoned" : "");
}

/* ---- acquire ---- */

struct attempt {
    int64_t since; /* of the first loss; 0: none yet */
    int losses;
    bool waited;
};

static bool is_free(uint64_t word)
{
    return (word & TL_ID_MASK) == 0;
}

static bool is_starved(struct attempt *attempt)
{
    if (++attempt->losses == 1)
        attempt->since = tl_clock_now();
    return attempt->losses >= LOSSES_MOST ||
           tl_clock_now() - attempt->since >= HUNGRY_AFTER;
}

/* One wait for a word that another task holds, or that is left to a hungry
 * task. */
static int wait_once(struct tl_owner *owner, uint64_t word,
                     struct attempt *attempt, tl_deadline deadline)
{
    bool newcomer = is_free(word);
    attempt->waited = true;
    if (!tl_clock_passed(deadline) && tl_wait_spin(&owner->word, word, 0))
        return TL_OK;
    if (!newcomer)
        return tl_cycle_wait_since(&owner->released, &owner->word, word,
                                   attempt->since, deadline);
    tl_deadline soon = tl_clock_now() + HUNGRY_AFTER;
    int status =
        tl_wait_since(&owner->released, &owner->word, word, attempt->since,
                      tl_clock_earlier(deadline, soon));
    return status == TL_TIMEOUT ? TL_OK : status;
}

int tl_owner_acquire_slow(struct tl_owner *owner, tl_deadline deadline)
{
    struct attempt attempt = {0};
    for (;;) {
        uint64_t word = atomic_load(&owner->word);
        bool may_take =
            !(word & TL_OWNER_HUNGRY) || attempt.waited || deadline <= 0;
        if (is_free(word) && may_take) {
            if (!atomic_compare_exchange_strong(&owner->word, &word,
                                                tl_task_id(tl_self)))
                continue;
            tl_fault();
            return word & TL_OWNER_ABANDONED ? TL_ABANDONED : TL_OK;
        }
        if ((word & TL_ID_MASK) == tl_task_id(tl_self))
            return TL_HELD;
        if (!is_free(word) && is_starved(&attempt) &&
            !(word & TL_OWNER_HUNGRY)) {
            atomic_compare_exchange_strong(&owner->word, &word,
                                           word | TL_OWNER_HUNGRY);
            continue;
        }
        int status = wait_once(owner, word, &attempt, deadline);
        if (status < 0)
            return status;
    }
}

int tl_owner_release(struct tl_owner *owner)
{
    uint64_t word = atomic_load_explicit(&owner->word, memory_order_relaxed);
    if ((word & TL_ID_MASK) != tl_task_id(tl_self))
        return TL_NOT_HOLDER;
    uint64_t owed = owner->owed;
    owner->owed = 0;
    /* commit; the mark of a hungry task stays */
    atomic_fetch_and(&owner->word, TL_OWNER_HUNGRY);
    tl_fault();
    if (__builtin_expect(owed != 0, 0))
        tl_tickets_tell(tl_at(owed));
    tl_wake(&owner->released, 1);
    return TL_OK;
}
