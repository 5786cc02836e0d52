#include "tasks/life.h"

#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>

#include "base/procfs.h"
#include "memory/object.h"

static _Atomic uint32_t *word_of(struct tl_task *task)
{
    return (_Atomic uint32_t *)(void *)&task->life;
}

/* Once for each slot, while others may look at its word (tl_life_await,
 * life_ended).  That is 0 before, in fresh memory, and 0 is what the library
 * writes: so they find 0 whenever they look, and no bit that they have set is
 * lost, since they set it only once the task runs.  A race by the letter alone,
 * of which TSan tells. */
static void make(struct tl_task *task)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&task->life, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

void tl_life_prepare(struct tl_task *task)
{
    if (atomic_load(&task->life_made))
        return;
    make(task);
    atomic_store(&task->life_made, 1); /* commit */
}

bool tl_life_begin(struct tl_task *task)
{
    int error = pthread_mutex_trylock(&task->life);
    if (error == EBUSY)
        return false;
    if (error == EOWNERDEAD)
        error = pthread_mutex_consistent(&task->life);
    assert(error == 0);
    (void)error;
    /* for those who slept on the word before this task came */
    atomic_fetch_or(word_of(task), FUTEX_WAITERS);
    return true;
}

void tl_life_hush(struct tl_task *task)
{
    atomic_fetch_and(word_of(task), ~(uint32_t)FUTEX_WAITERS);
}

void tl_life_end(struct tl_task *task)
{
    pthread_mutex_unlock(&task->life);
}

/* From exactly the state in which the slot was looked at: by now it may be
 * starting for somebody else. */
static bool abort_start(struct tl_task *task, uint64_t state)
{
    return atomic_compare_exchange_strong(
        &task->state, &state, (state & ~UINT64_C(0xff)) | TL_TASK_ABORTED);
}

static bool start_failed(struct tl_task *task)
{
    uint64_t state = atomic_load(&task->state);
    if ((state & 0xff) != TL_TASK_STARTING)
        return false;
    pid_t claimer = tl_task_claimer(state);
    pid_t pid = claimer ? claimer : tl_task_pid(task);
    if (pid)
        return tl_procfs_gone(pid) && abort_start(task, state);
    uint32_t creator = tl_task_creator(task);
    /* a dead creator forks no more; if it forked just before its death, its
     * child finds the slot aborted and leaves */
    return creator && tl_life_has_ended(tl_task_at(creator)) &&
           tl_task_pid(task) == 0 && abort_start(task, state);
}

bool tl_life_forestall(struct tl_task *task)
{
    uint64_t state = atomic_load(&task->state);
    return (state & 0xff) == TL_TASK_STARTING ? !abort_start(task, state)
                                              : !tl_life_has_ended(task);
}

/* Its life was given up, and not because it has left the slot: a task that
 * leaves gives up the slot first, then its life. */
static bool life_ended(struct tl_task *task)
{
    uint64_t state = atomic_load(&task->state), phase = state & 0xff;
    if (phase != TL_TASK_RUNNING && phase != TL_TASK_LEAVING)
        return false;
    uint32_t word = atomic_load(word_of(task));
    return ((word & FUTEX_OWNER_DIED) || (word & FUTEX_TID_MASK) == 0) &&
           atomic_load(&task->state) == state;
}

bool tl_life_has_ended(struct tl_task *task)
{
    switch (tl_task_state(task)) {
    case TL_TASK_STARTING:
        return start_failed(task);
    case TL_TASK_ABORTED:
        return true;
    case TL_TASK_RUNNING:
    case TL_TASK_LEAVING:
        return life_ended(task);
    default:
        return false;
    }
}

bool tl_life_goes_on(uint32_t id)
{
    struct tl_task *task = tl_task_of(id);
    return id && tl_task_taken(task) && tl_task_id(task) == id &&
           !tl_life_has_ended(task);
}

_Atomic uint32_t *tl_life_watch(struct tl_task *task, uint32_t *value)
{
    enum tl_task_state state = tl_task_state(task);
    if (state != TL_TASK_RUNNING && state != TL_TASK_LEAVING)
        return NULL;
    _Atomic uint32_t *word = word_of(task);
    uint32_t seen = atomic_load(word);
    for (;;) {
        if ((seen & FUTEX_OWNER_DIED) || (seen & FUTEX_TID_MASK) == 0)
            return NULL;
        *value = seen | FUTEX_WAITERS;
        /* the kernel wakes only where FUTEX_WAITERS is set; set by a compare
         * and swap, so that a word that was given up meanwhile stays so */
        if (seen == *value || atomic_compare_exchange_weak(word, &seen, *value))
            return word;
    }
}

_Atomic uint32_t *tl_life_await(struct tl_task *task, uint32_t *value)
{
    *value = atomic_load(word_of(task));
    enum tl_task_state state = tl_task_state(task);
    return state == TL_TASK_FREE || state == TL_TASK_STARTING ? word_of(task)
                                                              : NULL;
}

bool tl_life_attended(const struct tl_task *task)
{
    uint32_t cleaner = atomic_load(&task->cleaner);
    return cleaner && cleaner != tl_task_id(tl_self) &&
           tl_life_goes_on(cleaner);
}

int tl_life_sweep(void)
{
    int dead = 0;
    uint32_t highest = tl_task_highest();
    for (uint32_t n = 1; n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (task != tl_self && tl_task_taken(task) && tl_life_has_ended(task))
            dead += tl_upcalls->settle(task);
    }
    return dead;
}

int tl_life_sweep_all(void)
{
    unsigned here = tl_arena;
    int dead = 0;
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (tl_task_is_in(arena)) {
            tl_task_visit(arena);
            dead += tl_life_sweep();
        }
    }
    tl_task_visit(here);
    return dead;
}

/* glibc refuses for ever what it marked so (ENOTRECOVERABLE). */
#define LOST 0x7fffffff

bool tl_life_sound(const struct tl_task *task)
{
    static struct tl_task here;
    tl_life_prepare(&here);
    uint32_t word = *(const uint32_t *)(const void *)&task->life;
    if (!atomic_load(&task->life_made)) /* it will be */
        return tl_task_state(task) == TL_TASK_FREE ||
               tl_task_state(task) == TL_TASK_STARTING ||
               tl_task_state(task) == TL_TASK_ABORTED;
    return task->life.__data.__kind == here.life.__data.__kind &&
           task->life.__data.__owner != LOST &&
           ((word & FUTEX_OWNER_DIED) || (word & FUTEX_TID_MASK) == 0);
}
