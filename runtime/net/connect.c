/*
 * Connect: tl_channel_connect: a socket, then a greeting, within one deadline.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/address.h"
#include "net/channel.h"
#include "net/greeting.h"
#include "wait/checkpoint.h"
#include "wait/descriptor.h"

/* A Unix listener whose backlog is full says so at once, and tells nobody when
 * it has room again. */
#define CROWDED_PAUSE (10 * TL_MILLISECOND)

static int outcome_of(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ENOENT:
    case ENOTDIR:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case ETIMEDOUT:
        return TL_UNREACHABLE;
    default:
        errno = error;
        return TL_SYSTEM;
    }
}

/* Waits until a connect that has begun is over. */
static int await_connected(int fd, tl_deadline deadline)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    while (!writable.revents) {
        int status = tl_descriptor_wait(&writable, 1, deadline);
        if (status < 0)
            return status;
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return TL_SYSTEM;
    return error ? outcome_of(error) : TL_OK;
}

static int connect_to(int fd, const struct tl_address *address,
                      tl_deadline deadline)
{
    while (connect(fd, &address->any, address->size) < 0) {
        if (errno == EINPROGRESS || errno == EALREADY)
            return await_connected(fd, deadline);
        if (errno == EISCONN)
            return TL_OK;
        if (errno != EAGAIN && errno != EINTR)
            return outcome_of(errno);
        if (tl_clock_passed(deadline))
            return TL_TIMEOUT;
        int status = tl_sleep(
            tl_clock_earlier(deadline, tl_clock_now() + CROWDED_PAUSE));
        if (status < 0)
            return status;
    }
    return TL_OK;
}

/* A connected socket to the first address where somebody listens. */
static int reach(const struct tl_address *list, unsigned count,
                 tl_deadline deadline, int *out)
{
    int status = TL_UNREACHABLE;
    for (unsigned i = 0; i < count && status == TL_UNREACHABLE; i++) {
        int fd = tl_address_socket(&list[i]);
        if (fd < 0) {
            status = outcome_of(errno);
            continue;
        }
        status = connect_to(fd, &list[i], deadline);
        if (status == TL_OK) {
            *out = fd;
            return TL_OK;
        }
        int error = errno;
        close(fd);
        errno = error;
    }
    return status;
}

static int greet(int fd, const struct tl_secret *key, tl_deadline deadline)
{
    struct tl_greeting greeting;
    int status = tl_greeting_begin(&greeting, false, key);
    while (status == TL_OK) {
        status = tl_greeting_step(&greeting, fd, key);
        if (status != TL_GREETING_WAITS)
            return status;
        struct pollfd ready = {.fd = fd,
                               .events = tl_greeting_events(&greeting)};
        status = tl_descriptor_wait(&ready, 1, deadline);
    }
    return status;
}

static int connect_keyed(const char *address,
                         const struct tl_channel_options *options,
                         const struct tl_secret *key, tl_deadline deadline,
                         struct tl_channel **out)
{
    struct tl_address list[TL_ADDRESSES_MOST];
    unsigned count;
    int fd = -1;
    int status = tl_address_find(address, false, list, &count);
    if (status == TL_OK)
        status = reach(list, count, deadline, &fd);
    if (status < 0)
        return status == TL_NO_HOST ? TL_UNREACHABLE : status;
    tl_address_tune(fd);
    status = greet(fd, key, deadline);
    if (status < 0) {
        close(fd);
        return status;
    }
    *out = tl_channel_adopt(fd, address, options->max_message);
    return *out ? TL_OK : TL_NO_MEMORY;
}

int tl_channel_connect(struct tl_channel **out, const char *address,
                       const struct tl_channel_options *options,
                       tl_deadline deadline)
{
    struct tl_secret key;
    int status = tl_enter_home(TL_OP_CONNECTION_OPEN);
    if (status < 0)
        return status;
    status = tl_secret_copy(&key, options->key, options->key_size);
    if (status < 0)
        return status;
    status = connect_keyed(address, options, &key, deadline, out);
    tl_secret_forget(&key);
    return status;
}
