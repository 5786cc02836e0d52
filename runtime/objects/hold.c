#include "hold.h"

#include <stdio.h>
#include <string.h>

#include "insight/fault.h"
#include "notice.h"
#include "tasks/death.h"
#include "wait/clock.h"

#define LOSSES_MOST 30
#define HUNGRY_AFTER TL_MILLISECOND
#define CHAIN_MOST 64

static _Thread_local char deadlock_text[512];

/* Whoever is about to wait without a deadline publishes what it wants and
 * looks for a cycle, one at a time: so the last to arrive sees all others. */
int tl_hold_make(void)
{
    struct tl_guard *guard = tl_arena_carve(TL_REGION_CYCLE, sizeof *guard);
    if (!guard)
        return TL_NO_MEMORY;
    tl_guard_init(guard, TL_GUARD_CYCLE, NULL);
    return TL_OK;
}

const char *tl_deadlock_text(void)
{
    return deadlock_text;
}

void tl_hold_init(struct tl_hold *hold, const void *object)
{
    atomic_store(&hold->word, 0);
    hold->owed = 0;
    tl_condition_init(&hold->released, object, TL_VERB_ACQUIRE);
}

uint32_t tl_hold_holder(const struct tl_hold *hold)
{
    return (uint32_t)atomic_load(&hold->word) & TL_ID_MASK;
}

bool tl_hold_holder_name(const struct tl_hold *hold, char name[TL_NAME_SIZE])
{
    uint32_t id = tl_hold_holder(hold);
    struct tl_task *task = tl_task_of(id);
    if (id)
        memcpy(name, task->name, TL_NAME_SIZE);
    /* the name is only the holder's if the slot was not given away */
    return id && tl_task_id(task) == id;
}

void tl_hold_describe(const struct tl_hold *hold, char *text, size_t size)
{
    uint64_t word = atomic_load(&hold->word);
    uint32_t id = (uint32_t)word & TL_ID_MASK;
    if (id)
        snprintf(text, size, "held by %s (pid %d), %u waiting",
                 tl_task_of(id)->name, (int)tl_task_of(id)->pid,
                 tl_condition_waiting(&hold->released));
    else
        snprintf(text, size, "free%s",
                 word & TL_HOLD_ABANDONED ? ", abandoned" : "");
}

/* ---- the chain ---- */

struct link {
    const struct tl_task *holder;
    const struct tl_hold *held;
};

/* Follows the chain from what this task wants; the length of the cycle through
 * this task, or 0. */
static int follow(const struct tl_hold *hold, struct link *chain)
{
    for (int n = 0; n < CHAIN_MOST; n++) {
        uint32_t id = tl_hold_holder(hold);
        if (id == 0)
            return 0;
        struct tl_task *holder = tl_task_of(id);
        if (tl_task_id(holder) != id)
            return 0;
        chain[n] = (struct link){holder, hold};
        if (holder == tl_self)
            return n + 1;
        if (tl_death_happened(holder))
            return 0; /* what it holds is about to be passed on */
        uint64_t pending = atomic_load(&holder->pending);
        if (!pending || tl_at(pending) == (const void *)hold)
            return 0; /* goes on, or has it already */
        hold = tl_at(pending);
    }
    return 0;
}

static void title(const struct tl_hold *hold, bool with_kind, char *text,
                  size_t size)
{
    const struct tl_object *object = tl_at(hold->released.guard.object);
    const char *kind = tl_kinds[object->kind].name;
    if (object->name[0])
        snprintf(text, size, "%s%s\"%s\"", with_kind ? kind : "",
                 with_kind ? " " : "", object->name);
    else
        snprintf(text, size, "%s#%d", kind, (int)object->number);
}

/* In a space, tasks of different programs may have one name. */
static void name(const struct tl_task *task, char *text, size_t size)
{
    if (tl_arena == TL_HOME)
        snprintf(text, size, "%s", task->name);
    else
        snprintf(text, size, "%s (pid %d)", task->name, (int)tl_task_pid(task));
}

/* chain[i].holder holds chain[i].held and wants chain[i + 1].held; the last
 * holder is this task, and wants the first. */
static void tell(const struct link *chain, int length)
{
    size_t used = 0;
    for (int i = 0; i < length && used < sizeof deadlock_text; i++) {
        int at = (i + length - 1) % length;
        char held[96], wanted[96], holder[96];
        name(chain[at].holder, holder, sizeof holder);
        title(chain[at].held, i == 0, held, sizeof held);
        title(chain[i].held, false, wanted, sizeof wanted);
        int wrote = snprintf(deadlock_text + used, sizeof deadlock_text - used,
                             "%s%s holds %s and wants %s", i ? "; " : "",
                             holder, held, wanted);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* Whether waiting for this hold would close a cycle.  Else, what this task
 * wants is published. */
static bool closes_cycle(struct tl_hold *hold)
{
    struct link chain[CHAIN_MOST];
    struct tl_guard *guard = tl_region(TL_REGION_CYCLE);
    tl_guard_take(guard, TL_FOREVER);
    int length = follow(hold, chain);
    /* the links were not read at one moment.  Each further walk makes sure of
     * one more: the last waits for this task, so the one before it waits for
     * the last, ... */
    for (int i = 0; i < length; i++)
        if (follow(hold, chain) != length)
            length = 0;
    if (length == 0)
        atomic_store(&tl_self->pending, tl_offset(hold));
    tl_guard_drop(guard);
    if (length > 0)
        tell(chain, length);
    return length > 0;
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

/* One wait for a hold that somebody else has, or that a hungry task is to
 * have. */
static int wait_once(struct tl_hold *hold, uint64_t word,
                     struct attempt *attempt, tl_deadline deadline)
{
    bool newcomer = is_free(word);
    attempt->waited = true;
    if (deadline > 0 && tl_wait_spin(&hold->word, word, 0))
        return TL_OK;
    if (newcomer) {
        tl_deadline soon = tl_clock_now() + HUNGRY_AFTER;
        int status =
            tl_wait_since(&hold->released, &hold->word, word, attempt->since,
                          tl_clock_earlier(deadline, soon));
        return status == TL_TIMEOUT ? TL_OK : status;
    }
    if (deadline != TL_FOREVER)
        return tl_wait_since(&hold->released, &hold->word, word, attempt->since,
                             deadline);
    if (closes_cycle(hold))
        return TL_DEADLOCK;
    int status = tl_wait_since(&hold->released, &hold->word, word,
                               attempt->since, deadline);
    atomic_store(&tl_self->pending, 0);
    return status;
}

int tl_hold_acquire_slow(struct tl_hold *hold, tl_deadline deadline)
{
    struct attempt attempt = {0};
    for (;;) {
        uint64_t word = atomic_load(&hold->word);
        bool may_take =
            !(word & TL_HOLD_HUNGRY) || attempt.waited || deadline <= 0;
        if (is_free(word) && may_take) {
            if (!atomic_compare_exchange_strong(&hold->word, &word,
                                                tl_task_id(tl_self)))
                continue;
            tl_fault();
            return word & TL_HOLD_ABANDONED ? TL_ABANDONED : TL_OK;
        }
        if ((word & TL_ID_MASK) == tl_task_id(tl_self))
            return TL_HELD;
        if (!is_free(word) && is_starved(&attempt) &&
            !(word & TL_HOLD_HUNGRY)) {
            atomic_compare_exchange_strong(&hold->word, &word,
                                           word | TL_HOLD_HUNGRY);
            continue;
        }
        int status = wait_once(hold, word, &attempt, deadline);
        if (status < 0)
            return status;
    }
}

int tl_hold_release(struct tl_hold *hold)
{
    uint64_t word = atomic_load_explicit(&hold->word, memory_order_relaxed);
    if ((word & TL_ID_MASK) != tl_task_id(tl_self))
        return TL_NOT_HOLDER;
    uint64_t owed = hold->owed;
    hold->owed = 0;
    /* commit; the mark of a hungry task stays */
    atomic_fetch_and(&hold->word, TL_HOLD_HUNGRY);
    tl_fault();
    if (__builtin_expect(owed != 0, 0))
        tl_notice_tell(tl_at(owed));
    tl_wake(&hold->released, 1);
    return TL_OK;
}

void tl_hold_task_died(struct tl_hold *hold, struct tl_task *dead)
{
    uint64_t word = atomic_load(&hold->word);
    while ((word & TL_ID_MASK) == tl_task_id(dead)) {
        tl_fault();
        hold->owed = 0; /* recovery calls everybody */
        if (atomic_compare_exchange_weak(&hold->word, &word,
                                         TL_HOLD_ABANDONED)) {
            tl_fault();
            tl_wake(&hold->released, 1);
            return;
        }
    }
}
