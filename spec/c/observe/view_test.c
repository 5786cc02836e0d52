/*
 * Views: a look that leads nowhere ends that look alone, whoever else has taken
 * the signal since.
 */
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

int main(void)
{
    int seen = 0;
    struct sigaction action = {.sa_handler = on_other}, now;
    say(tl_view_try(0, look_here, &seen) && seen == 1, "a look");
    sigaction(SIGSEGV, &action, NULL);
    say(!tl_view_try(0, look_nowhere, &seen), "a look that leads nowhere");
    sigaction(SIGSEGV, NULL, &now);
    say(now.sa_handler == on_other, "the handler is given back");
    return lower_failures != 0;
}
