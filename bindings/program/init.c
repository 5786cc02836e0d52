#include "program/init.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Keeps no descriptor open: whoever reads the script's output hears of its end
 * when the script closes it. */
static void close_all(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 0u, ~0u, 0u) == 0)
        return;
#endif
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        close(fd);
}

static int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Reaps all that have ended, since one SIGCHLD may stand for several; ends when
 * the script has.  Then the kernel kills whatever is left. */
static void reap(pid_t script)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == script)
            _exit(exit_status(status));
}

/* Passes on a signal that a process has sent.  The terminal sends to the whole
 * group, so the script has had that signal. */
static void pass_on(pid_t script, const siginfo_t *info)
{
    if (info->si_code <= 0)
        kill(script, info->si_signo);
}

/* Serves as PID 1, with all signals blocked: the kernel keeps a blocked signal
 * even for PID 1, until it is taken here. */
static _Noreturn void serve(pid_t script, const sigset_t *all)
{
    siginfo_t info;
    close_all();
    for (;;) {
        if (sigwaitinfo(all, &info) < 0)
            continue;
        if (info.si_signo == SIGCHLD)
            reap(script);
        else
            pass_on(script, &info);
    }
}

void init_begin(void)
{
    sigset_t all, given;
    if (getpid() != 1)
        return;
    /* ignored, it would not come, and the script's status be lost */
    signal(SIGCHLD, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &given);
    pid_t pid = fork();
    if (pid > 0)
        serve(pid, &all);
    /* fork may fail: then this process runs the script itself */
    sigprocmask(SIG_SETMASK, &given, NULL);
}
