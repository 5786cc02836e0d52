#include "pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int tl_pidfd_open(pid_t pid)
{
    int low = (int)syscall(SYS_pidfd_open, pid, 0);
    if (low < 0 || low > 2)
        return low;
    int pidfd = fcntl(low, F_DUPFD_CLOEXEC, 3);
    int error = errno;
    close(low);
    errno = error;
    return pidfd;
}

int tl_pidfd_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}
