#include "wire/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/standard.h"
#include "wire/endpoint.h"

#define BRIEFLY 4000 /* microseconds */
#define PROBE 10     /* seconds of silence after which TCP asks */

struct dialling {
    tl_wire_wait *wait;
    char *trouble;
    size_t size;
    int64_t deadline;
};

/* The socket connects: waits for its end. */
static int finish(const struct dialling *dialling, int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    int status, error = 0;
    socklen_t size = sizeof error;
    do
        status = dialling->wait(&polled, 1, dialling->deadline);
    while (status == TL_OK && polled.revents == 0);
    if (status < 0)
        return status;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0)
        errno = error;
    return errno == 0 ? TL_OK : TL_UNREACHABLE;
}

static int connect_to(const struct dialling *dialling, int fd,
                      const struct sockaddr *address, socklen_t length)
{
    int status = TL_OK;
    errno = 0;
    if (connect(fd, address, length) < 0)
        status = errno == EINPROGRESS || errno == EINTR ? finish(dialling, fd)
                                                        : TL_UNREACHABLE;
    if (status == TL_UNREACHABLE)
        snprintf(dialling->trouble, dialling->size, "%s", strerror(errno));
    return status;
}

/* What answers in time takes one call of the system; see wire.h. */
static void settle(int fd, bool tcp)
{
    struct timeval brief = {.tv_usec = BRIEFLY};
    int on = 1, probe = PROBE;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &brief, sizeof brief);
    if (tcp) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &probe, sizeof probe);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &probe, sizeof probe);
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

static int try_one(const struct dialling *dialling, const struct sockaddr *to,
                   socklen_t length, int *out)
{
    int fd = tl_standard_avoid(
        socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd < 0) {
        snprintf(dialling->trouble, dialling->size, "%s", strerror(errno));
        return TL_UNREACHABLE;
    }
    int status = connect_to(dialling, fd, to, length);
    if (status < 0) {
        close(fd);
        return status;
    }
    settle(fd, to->sa_family != AF_UNIX);
    *out = fd;
    return TL_OK;
}

static int dial_path(const struct dialling *dialling, const char *path,
                     int *out)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, path, strlen(path) + 1);
    return try_one(dialling, (struct sockaddr *)&to, sizeof to, out);
}

static int dial_host(const struct dialling *dialling,
                     const struct tl_endpoint *endpoint, int *out)
{
    struct addrinfo wanted = {.ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char port[16];
    snprintf(port, sizeof port, "%d", endpoint->port);
    int error = getaddrinfo(endpoint->host, port, &wanted, &found);
    if (error != 0) {
        snprintf(dialling->trouble, dialling->size, "%s", gai_strerror(error));
        return TL_UNREACHABLE;
    }
    int status = TL_UNREACHABLE;
    for (struct addrinfo *at = found; at && status == TL_UNREACHABLE;
         at = at->ai_next)
        status = try_one(dialling, at->ai_addr, at->ai_addrlen, out);
    freeaddrinfo(found);
    return status;
}

int tl_dial(const struct tl_endpoint *endpoint, tl_wire_wait *wait, int *fd,
            char *trouble, size_t size, int64_t deadline)
{
    struct dialling dialling = {
        .wait = wait, .trouble = trouble, .size = size, .deadline = deadline};
    return *endpoint->path ? dial_path(&dialling, endpoint->path, fd)
                           : dial_host(&dialling, endpoint, fd);
}
