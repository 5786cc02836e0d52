/*
 * Channel rest: sends what a channel has left to send while the thread waits
 * for anything, and for some time when the channel ends.
 */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/channel.h"

/* What lies unread for so long, while nobody can send, has no receiver. */
#define UNREAD_AT_MOST (100 * TL_MILLISECOND)

static struct tl_channel *channel_of(struct tl_outgoing *outgoing)
{
    return (struct tl_channel *)((char *)outgoing -
                                 offsetof(struct tl_channel, outgoing));
}

/* Also for POLLIN: reading makes room for a peer that sends as well, so that it
 * comes to receive. */
static short push_rest(struct tl_outgoing *outgoing)
{
    struct tl_channel *channel = channel_of(outgoing);
    if (tl_channel_send_rest(channel) == TL_TIMEOUT)
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
        int status = tl_channel_send_rest(channel);
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
    if (channel->fd < 0 || tl_channel_send_rest(channel) != TL_TIMEOUT ||
        !tl_outgoing_possible()) {
        tl_channel_close(channel, TL_NOW);
        return;
    }
    channel->dropped = true;
    tl_pollable_close(&channel->pollable);
    tl_bytes_forget(&channel->in);
}
