#include "tasks/process_lock.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void tl_private_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void tl_private_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

void tl_private_make(void)
{
    pthread_atfork(tl_private_lock, tl_private_unlock, tl_private_unlock);
}
