#include "base/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tidelock.h"

#define LEAST 3

static void close_quietly(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
}

int tl_standard_avoid(int fd)
{
    if (fd < 0 || fd >= LEAST)
        return fd;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, LEAST);
    close_quietly(fd);
    return high;
}

/* Takes both. */
static int avoid_both(int ends[2])
{
    /* both, before either is looked at: what is taken is given back below */
    ends[0] = tl_standard_avoid(ends[0]);
    int error = errno;
    ends[1] = tl_standard_avoid(ends[1]);
    if (ends[0] >= 0 && ends[1] >= 0)
        return 0;
    if (ends[0] < 0)
        errno = error;
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close_quietly(ends[i]);
    return -1;
}

int tl_standard_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) == 0 ? avoid_both(ends) : -1;
}

int tl_standard_sockets(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0
               ? avoid_both(ends)
               : -1;
}
