#include "explore/host/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tidelock.h"

#define STATUS 130

/* Tools such as timeout(1) signal the process and then its group: a signal this
 * soon after the first is no second Ctrl-C. */
#define SAME_INTERRUPT 0.1

static int told = -1;
static volatile sig_atomic_t came;

static void on_interrupt(int signal)
{
    static double first;
    int error = errno;
    double now = tl_real_now();
    (void)signal;
    if (came && now - first > SAME_INTERRUPT)
        _exit(STATUS);
    if (!came)
        first = now;
    came = 1;
    ssize_t ignored = write(told, &(uint64_t){1}, sizeof(uint64_t));
    (void)ignored;
    errno = error;
}

int host_interrupt_watch(void)
{
    /* no SA_RESTART: a read of the script's input is to return */
    struct sigaction given, action = {.sa_handler = on_interrupt};
    if (told >= 0)
        return told;
    told = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (sigaction(SIGINT, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
    return told;
}

bool host_interrupt_came(void)
{
    return came;
}
