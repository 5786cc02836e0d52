#include "base/helper_thread.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

/* Its maker's, who waits for `runs`. */
struct birth {
    void *(*run)(void *argument);
    void *argument;
    atomic_bool runs;
};

static void *live(void *given)
{
    struct birth *birth = given;
    void *(*run)(void *) = birth->run;
    void *argument = birth->argument;
    atomic_store(&birth->runs, true); /* the birth ends with it */
    return run(argument);
}

/* Signals are blocked here, as a new thread begins with its maker's mask. */
int tl_helper_thread_start(void *(*run)(void *argument), void *argument)
{
    struct birth birth = {.run = run, .argument = argument};
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&thread, NULL, live, &birth);
    if (error == 0) {
        /* the thread has its maker's policy and priority: yields reach it */
        while (!atomic_load(&birth.runs))
            sched_yield();
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return error == 0 ? TL_OK : TL_SYSTEM;
}
