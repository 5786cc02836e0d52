#include "explore/host/rank.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tidelock.h"

#define RANKS 1000

/* A name without a file, which ends with its last holder. */
static int bind_to(int fd, uint32_t rank)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size = snprintf(address.sun_path + 1, sizeof address.sun_path - 1,
                        "tidelock exploration %" PRIu32, rank);
    return bind(
        fd, (struct sockaddr *)&address,
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)size));
}

int host_rank_take(uint32_t *rank)
{
    int fd = tl_standard_avoid(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (fd >= 0)
        for (*rank = 0; *rank < RANKS; ++*rank)
            if (bind_to(fd, *rank) == 0)
                return fd;
    if (fd >= 0)
        close(fd);
    *rank = 0;
    return -1;
}
