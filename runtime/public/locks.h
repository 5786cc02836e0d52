/*
 * Locks: the objects by which tasks wait for each other.  Part of tidelock.h.
 */
#ifndef TIDELOCK_LOCKS_H
#define TIDELOCK_LOCKS_H

#include "public/core.h"

/* Lock ------------------------------------------------------------------- */

int tl_lock_new(struct tl_handle *out, const char *name);
/* TL_OK; TL_ABANDONED: acquired, its last holder died; TL_TIMEOUT; TL_HELD by
 * this task; TL_DEADLOCK: the wait would close a cycle (tl_deadlock_text). */
int tl_lock_acquire(const struct tl_handle *lock, tl_deadline deadline);
int tl_lock_release(const struct tl_handle *lock); /* TL_NOT_HOLDER */
/* The holder's name into `name`; false when free. */
bool tl_lock_holder(const struct tl_handle *lock, char name[TL_NAME_SIZE]);
/* "chef-1 holds lock "pan" and wants "salt"; ..." of this thread's last
 * TL_DEADLOCK. */
const char *tl_deadlock_text(void);

/* Rlock ------------------------------------------------------------------ */

/* A lock that its holder may acquire again; it is free after as many releases.
 * Results as for the lock, but never TL_HELD. */
int tl_rlock_new(struct tl_handle *out, const char *name);
int tl_rlock_acquire(const struct tl_handle *rlock, tl_deadline deadline);
int tl_rlock_release(const struct tl_handle *rlock);
bool tl_rlock_holder(const struct tl_handle *rlock, char name[TL_NAME_SIZE]);

/* Rwlock ----------------------------------------------------------------- */

/* Many readers or one writer.  A reader waits while a task waits to write.
 * TL_OK; TL_ABANDONED: a writer died; TL_TIMEOUT; TL_HELD: this task has it,
 * and would wait for itself; TL_DEADLOCK. */
int tl_rwlock_new(struct tl_handle *out, const char *name);
int tl_rwlock_read(const struct tl_handle *rwlock, tl_deadline deadline);
int tl_rwlock_write(const struct tl_handle *rwlock, tl_deadline deadline);
int tl_rwlock_release(const struct tl_handle *rwlock); /* TL_NOT_HOLDER */

/* Condition -------------------------------------------------------------- */

/* With the given lock, or one of its own where `lock` is NULL. */
int tl_condition_new(struct tl_handle *out, const char *name,
                     const struct tl_handle *lock);
int tl_condition_acquire(const struct tl_handle *condition,
                         tl_deadline deadline);
int tl_condition_release(const struct tl_handle *condition);
/* Whether this task holds the lock. */
bool tl_condition_is_held(const struct tl_handle *condition);
/* Gives the lock up, waits to be notified, and takes the lock again.  TL_OK,
 * TL_ABANDONED (of the lock); TL_TIMEOUT, with the lock; TL_NOT_HOLDER. */
int tl_condition_wait(const struct tl_handle *condition, tl_deadline deadline);
/* The `n` waiters go on that have waited longest, or all where they are fewer.
 * TL_NOT_HOLDER. */
int tl_condition_notify(const struct tl_handle *condition, uint32_t n);

/* Latch ------------------------------------------------------------------ */

int tl_latch_new(struct tl_handle *out, const char *name, uint32_t count);
int tl_latch_count_down(const struct tl_handle *latch, uint32_t n);
int tl_latch_wait(const struct tl_handle *latch, tl_deadline deadline);
uint32_t tl_latch_count(const struct tl_handle *latch);

/* Semaphore -------------------------------------------------------------- */

/* bounded: never above `value`, a dead task's seats come back, and a wait may
 * end with TL_DEADLOCK. */
int tl_semaphore_new(struct tl_handle *out, const char *name, uint32_t value,
                     bool bounded);
int tl_semaphore_acquire(const struct tl_handle *semaphore,
                         tl_deadline deadline); /* TL_TIMEOUT */
int tl_semaphore_release(const struct tl_handle *semaphore,
                         uint32_t n); /* TL_OVER: nothing was released */
uint32_t tl_semaphore_value(const struct tl_handle *semaphore);

/* Event ------------------------------------------------------------------ */

int tl_event_new(struct tl_handle *out, const char *name);
int tl_event_set(const struct tl_handle *event);
int tl_event_clear(const struct tl_handle *event);
bool tl_event_is_set(const struct tl_handle *event);
/* TL_TIMEOUT.  A set that is cleared at once still lets the waiters go. */
int tl_event_wait(const struct tl_handle *event, tl_deadline deadline);

/* Barrier ---------------------------------------------------------------- */

int tl_barrier_new(struct tl_handle *out, const char *name, uint32_t parties);
/* The place 1..parties in which this task arrived; TL_TIMEOUT (the barrier is
 * broken then); TL_BROKEN. */
int tl_barrier_wait(const struct tl_handle *barrier, tl_deadline deadline);
int tl_barrier_reset(const struct tl_handle *barrier);
int tl_barrier_abort(const struct tl_handle *barrier);
uint32_t tl_barrier_parties(const struct tl_handle *barrier);
uint32_t tl_barrier_waiting(const struct tl_handle *barrier);
bool tl_barrier_broken(const struct tl_handle *barrier);

#endif
