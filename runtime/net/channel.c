#include "net/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wait/descriptor.h"

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

bool tl_channel_would_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

uint64_t tl_channel_announced(const unsigned char head[TL_FRAME_HEAD])
{
    uint64_t size = 0;
    for (int i = TL_FRAME_HEAD; i-- > 0;)
        size = size << 8 | head[i];
    return size;
}

/* Whether something is in `in` that a call would not wait for. */
static bool has_something(const struct tl_bytes *in)
{
    size_t have = in->stop - in->start;
    return have >= TL_FRAME_HEAD &&
           tl_channel_announced(in->bytes + in->start) <= have - TL_FRAME_HEAD;
}

void tl_channel_settle(struct tl_channel *channel)
{
    tl_pollable_say(&channel->pollable,
                    channel->end != TL_OK || has_something(&channel->in));
}

int tl_channel_send_rest(struct tl_channel *channel)
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

struct pollfd tl_channel_wanted(struct tl_channel *channel, short events)
{
    if (tl_channel_send_rest(channel) == TL_TIMEOUT)
        events |= POLLOUT;
    return (struct pollfd){.fd = channel->fd, .events = events};
}

int tl_channel_await(struct tl_channel *channel, short events,
                     tl_deadline deadline)
{
    struct pollfd fd = tl_channel_wanted(channel, events);
    return tl_descriptor_wait(&fd, 1, deadline);
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
