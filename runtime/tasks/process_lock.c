#include "tasks/process_lock.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void tl_process_lock_take(void)
{
    pthread_mutex_lock(&mutex);
}

void tl_process_lock_drop(void)
{
    pthread_mutex_unlock(&mutex);
}

void tl_process_lock_make(void)
{
    pthread_atfork(tl_process_lock_take, tl_process_lock_drop,
                   tl_process_lock_drop);
}
