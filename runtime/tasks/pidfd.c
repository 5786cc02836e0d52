#include "pidfd.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory/standard.h"

int tl_pidfd_open(pid_t pid)
{
    return tl_standard_avoid((int)syscall(SYS_pidfd_open, pid, 0));
}

int tl_pidfd_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}
