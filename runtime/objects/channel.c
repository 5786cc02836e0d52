#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wait/clock.h"
#include "wait/descriptor.h"

/* What lies unread so long, while nobody can send, nobody receives. */
#define UNREAD_AT_MOST (100 * TL_MILLISECOND)

struct tl_channel *tl_channel_adopt(int fd, const char *address,
                                    size_t max_message)
{
    size_t length = strlen(address) + 1;
    struct tl_channel *channel = calloc(1, sizeof *channel + length);
    if (!channel) {
        close(fd);
        return NULL;
    }
    channel->fd = fd;
    channel->max_message = max_message;
    channel->trouble = "";
    memcpy(channel->address, address, length);
    return channel;
}

void tl_bytes_forget(struct tl_bytes *buffer)
{
    free(buffer->bytes);
    *buffer = (struct tl_bytes){0};
}

int tl_channel_finish(struct tl_channel *channel, int end, const char *trouble)
{
    tl_outgoing_remove(&channel->outgoing);
    if (channel->fd >= 0)
        close(channel->fd);
    channel->fd = -1;
    channel->end = end;
    channel->trouble = trouble;
    tl_bytes_forget(&channel->rest);
    tl_pollable_say(&channel->pollable, true);
    return end;
}

void tl_channel_break(struct tl_channel *channel)
{
    tl_channel_finish(channel, TL_BROKEN, "what came is no message");
    tl_bytes_forget(&channel->in);
}

const char *tl_channel_address(const struct tl_channel *channel)
{
    return channel->address;
}

const char *tl_channel_trouble(const struct tl_channel *channel)
{
    return channel->trouble;
}

int tl_channel_state(const struct tl_channel *channel)
{
    return channel->end;
}

int tl_channel_fd(struct tl_channel *channel)
{
    if (tl_pollable_is_open(&channel->pollable))
        return channel->pollable.set;
    int fd = tl_pollable_open(&channel->pollable);
    tl_pollable_add(&channel->pollable, channel->fd);
    tl_channel_settle(channel);
    return fd;
}

bool tl_channel_would_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Sends what is left of earlier frames: TL_OK, TL_TIMEOUT (not all of it),
 * TL_CLOSED. */
static int send_rest(struct tl_channel *channel)
{
    struct tl_bytes *rest = &channel->rest;
    if (rest->bytes && channel->rest_of != getpid())
        tl_bytes_forget(rest);
    while (rest->start < rest->stop) {
        ssize_t n = send(channel->fd, rest->bytes + rest->start,
                         rest->stop - rest->start, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return tl_channel_would_wait() ? TL_TIMEOUT : TL_CLOSED;
        rest->start += (size_t)n;
    }
    tl_bytes_forget(rest);
    tl_outgoing_remove(&channel->outgoing);
    return TL_OK;
}

static struct tl_channel *channel_of(struct tl_outgoing *outgoing)
{
    return (struct tl_channel *)((char *)outgoing -
                                 offsetof(struct tl_channel, outgoing));
}

/* POLLIN, so that a peer that sends as well comes to receive. */
static short push_rest(struct tl_outgoing *outgoing)
{
    struct tl_channel *channel = channel_of(outgoing);
    if (send_rest(channel) == TL_TIMEOUT)
        return !channel->dropped && tl_channel_read_ahead(channel)
                   ? POLLOUT | POLLIN
                   : POLLOUT;
    if (channel->dropped) {
        tl_channel_finish(channel, TL_CLOSED, "");
        free(channel);
    }
    return 0;
}

void tl_channel_send_later(struct tl_channel *channel)
{
    channel->outgoing.push = push_rest;
    tl_outgoing_add(&channel->outgoing, channel->fd, POLLOUT | POLLIN);
}

struct pollfd tl_channel_wanted(struct tl_channel *channel, short events)
{
    if (send_rest(channel) == TL_TIMEOUT)
        events |= POLLOUT;
    return (struct pollfd){.fd = channel->fd, .events = events};
}

int tl_channel_await(struct tl_channel *channel, short events,
                     tl_deadline deadline)
{
    struct pollfd fd = tl_channel_wanted(channel, events);
    return tl_wait_descriptors(&fd, 1, deadline);
}

static int unread(const struct tl_channel *channel)
{
    int count = 0;
    return ioctl(channel->fd, FIONREAD, &count) == 0 ? count : 0;
}

int tl_channel_await_room(struct tl_channel *channel, tl_deadline deadline)
{
    short more = tl_channel_read_ahead(channel) ? POLLIN : 0;
    if (channel->heard_all || !tl_channel_is_received_elsewhere(channel))
        return tl_channel_await(channel, POLLOUT | more, deadline);
    int before = unread(channel);
    tl_deadline look =
        tl_clock_earlier(deadline, tl_clock_now() + UNREAD_AT_MOST);
    int status = tl_channel_await(channel, POLLOUT, look);
    if (status != TL_TIMEOUT || look == deadline)
        return status;
    if (before > 0 && unread(channel) == before)
        tl_channel_claim(channel);
    return TL_OK;
}

int tl_channel_flush(struct tl_channel *channel, tl_deadline deadline)
{
    for (;;) {
        int status = send_rest(channel);
        if (status != TL_TIMEOUT)
            return status;
        status = tl_channel_await_room(channel, deadline);
        if (status < 0)
            return status;
    }
}

void tl_channel_end(struct tl_channel *channel, tl_deadline deadline)
{
    if (channel->fd >= 0 && channel->rest.bytes)
        tl_channel_flush(channel, deadline);
    tl_channel_finish(channel, TL_CLOSED, "");
    tl_bytes_forget(&channel->in);
    tl_pollable_close(&channel->pollable);
}

void tl_channel_close(struct tl_channel *channel, tl_deadline deadline)
{
    tl_channel_end(channel, deadline);
    free(channel);
}

void tl_channel_drop(struct tl_channel *channel)
{
    if (channel->fd < 0 || send_rest(channel) != TL_TIMEOUT ||
        !tl_outgoing_possible()) {
        tl_channel_close(channel, TL_NOW);
        return;
    }
    channel->dropped = true;
    tl_pollable_close(&channel->pollable);
    tl_bytes_forget(&channel->in);
}
