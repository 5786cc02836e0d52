#include "tasks/pidfd.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/standard.h"

int tl_pidfd_open(pid_t pid)
{
    return tl_standard_avoid((int)syscall(SYS_pidfd_open, pid, 0));
}

int tl_pidfd_signal(int pidfd, pid_t pid, int signal)
{
    int sent =
        pidfd < 0 ? kill(pid, signal)
                  : (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
    return sent < 0 && errno == ENOSYS ? kill(pid, signal) : sent;
}

void tl_pidfd_close(int pidfd)
{
    int error = errno;
    if (pidfd >= 0)
        close(pidfd);
    errno = error;
}
