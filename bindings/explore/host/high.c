#include "explore/host/high.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LEAST 64

int high_copy(int fd)
{
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, LEAST);
    if (fd >= 0 && copy < 0 && errno == EINVAL)
        errno = EMFILE; /* no number is as high */
    return copy;
}

int high_move(int fd)
{
    int moved = high_copy(fd);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return moved;
}
