/*
 * Process lock: a fork waits for a thread that holds it, and not for itself.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tasks/process_lock.h"

/* A lock that is not free ends the test. */
#define PATIENCE 20

static int failures;

static void say(bool well, const char *what)
{
    printf("%s - %s\n", well ? "ok" : "not ok", what);
    failures += !well;
}

/* Whether a child finds the lock free, or, where it was born with it, may drop
 * it. */
static bool is_well_in_child(bool with_it)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(PATIENCE); /* which a fork does not inherit */
        if (with_it)
            tl_process_lock_drop();
        tl_process_lock_take();
        _exit(0);
    }
    int status;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static _Atomic bool has_it;

static void *hold(void *unused)
{
    (void)unused;
    tl_process_lock_take();
    atomic_store(&has_it, true);
    usleep(20000);
    tl_process_lock_drop();
    return NULL;
}

int main(void)
{
    pthread_t other;
    alarm(PATIENCE);
    tl_process_lock_make();
    say(is_well_in_child(false), "a fork");
    tl_process_lock_take();
    say(is_well_in_child(true), "a fork by the holder");
    tl_process_lock_drop();
    pthread_create(&other, NULL, hold, NULL);
    while (!atomic_load(&has_it))
        continue;
    say(is_well_in_child(false), "a fork while another thread holds it");
    pthread_join(other, NULL);
    return failures != 0;
}
