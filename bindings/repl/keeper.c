#include "repl/keeper.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t keeper;

/* It has nothing of the REPL's: no file, so that whoever waits for the end of
 * one does not wait for it. */
__attribute__((noreturn)) static void keep(pid_t repl)
{
    sigset_t all;
    siginfo_t info;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    prctl(PR_SET_NAME, "tidelock-keeper");
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    setpgid(0, 0);
    close_range(0, ~0U, 0);
    /* an end of the REPL before the prctl sends no signal */
    while (getppid() == repl)
        sigwaitinfo(&all, &info);
    kill(0, SIGKILL);
    _exit(0);
}

pid_t keeper_start(void)
{
    pid_t repl = getpid();
    keeper = fork();
    if (keeper == 0)
        keep(repl);
    if (keeper < 0)
        return keeper = 0;
    /* here too, so that the group is there when this returns */
    setpgid(keeper, keeper);
    return keeper;
}

void keeper_end(void)
{
    if (keeper <= 0)
        return;
    /* until it is reaped, no other group has its number */
    kill(-keeper, SIGKILL);
    while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
    keeper = 0;
}
