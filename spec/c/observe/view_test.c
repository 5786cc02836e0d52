/*
 * Views: a look that leads nowhere ends that look alone, whoever else has taken
 * the signal since; and a fault of another thread meanwhile is not the look's.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include "observe/view.h"
#include "support/lower.h"

static volatile uintptr_t nowhere = 64;

static void on_other(int number)
{
    (void)number;
    static const char text[] = "not ok - the other's handler was called\n";
    (void)!write(STDOUT_FILENO, text, sizeof text - 1);
    _exit(1);
}

static void look_nowhere(void *context)
{
    *(volatile int *)context = *(volatile int *)(uintptr_t)nowhere;
}

static void look_here(void *context)
{
    *(volatile int *)context = 1;
}

/* ---- another thread ---- */

static sigjmp_buf others;
static volatile int others_faults;

static void on_others_fault(int number)
{
    (void)number;
    others_faults++;
    siglongjmp(others, 1);
}

static void *fault(void *context)
{
    if (sigsetjmp(others, 1) == 0)
        look_nowhere(context);
    return NULL;
}

static void *look_too(void *context)
{
    tl_view_try(0, look_nowhere, context);
    return NULL;
}

static void join(void *(*run)(void *), void *context)
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, context);
    pthread_join(thread, NULL);
}

static void look_while_another_faults(void *context)
{
    join(fault, context);
}

static void look_while_another_looks(void *context)
{
    join(look_too, context);
    look_nowhere(context);
}

static void test_others(void)
{
    struct sigaction action = {.sa_handler = on_others_fault}, now;
    int seen = 0;
    sigaction(SIGSEGV, &action, NULL);
    say(tl_view_try(0, look_while_another_faults, &seen) && others_faults == 1,
        "a fault of another thread goes to the handler before");
    say(!tl_view_try(0, look_nowhere, &seen), "a look after that");
    say(!tl_view_try(0, look_while_another_looks, &seen), "two looks at once");
    sigaction(SIGSEGV, NULL, &now);
    say(now.sa_handler == on_others_fault && others_faults == 1,
        "the handler is given back once");
}

int main(void)
{
    int seen = 0;
    struct sigaction action = {.sa_handler = on_other}, now;
    say(tl_view_try(0, look_here, &seen) && seen == 1, "a look");
    sigaction(SIGSEGV, &action, NULL);
    say(!tl_view_try(0, look_nowhere, &seen), "a look that leads nowhere");
    sigaction(SIGSEGV, NULL, &now);
    say(now.sa_handler == on_other, "the handler is given back");
    test_others();
    return lower_failures != 0;
}
