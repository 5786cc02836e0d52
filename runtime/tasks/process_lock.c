#include "tasks/process_lock.h"

#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Of this thread: it holds the lock; and a fork of it took that. */
static _Thread_local bool held, taken_to_fork;

void tl_process_lock_take(void)
{
    pthread_mutex_lock(&mutex);
    held = true;
}

void tl_process_lock_drop(void)
{
    held = false;
    pthread_mutex_unlock(&mutex);
}

static void before_fork(void)
{
    taken_to_fork = !held;
    if (taken_to_fork)
        tl_process_lock_take();
}

static void after_fork(void)
{
    if (taken_to_fork)
        tl_process_lock_drop();
}

void tl_process_lock_make(void)
{
    pthread_atfork(before_fork, after_fork, after_fork);
}
