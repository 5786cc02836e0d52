/*
 * Channel recv: reads from the socket until a frame is there whole, and
 * then shows it where it lies.  See channel.h.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/channel.h"
#include "net/greeting.h"
#include "wait/checkpoint.h"

enum {
    USUAL_SIZE = 1 << 16, /* of the buffer, while messages are small */
    NEEDS_MORE = 1
};

/* Whether a frame is there whole: TL_OK, NEEDS_MORE, or the channel's end.
 * *size: of the frame, as far as it is known. */
static int look(struct tl_channel *channel, size_t *size)
{
    struct tl_bytes *in = &channel->in;
    *size = TL_FRAME_HEAD;
    if (in->stop - in->start < TL_FRAME_HEAD)
        return NEEDS_MORE;
    if (tl_greeting_begins(in->bytes + in->start))
        return tl_channel_finish(channel, TL_REFUSED, "");
    uint64_t body = tl_channel_announced(in->bytes + in->start);
    if (body == 0 || body > channel->max_message) {
        tl_channel_finish(
            channel, TL_BROKEN,
            body ? "a message larger than max_message was announced"
                 : "a message of no bytes was announced");
        tl_bytes_forget(in);
        return TL_BROKEN;
    }
    *size += (size_t)body;
    return in->stop - in->start < *size ? NEEDS_MORE : TL_OK;
}

/* Room for some more of the `wanted` bytes from start on: at most as much
 * again as is there. */
static bool make_room(struct tl_bytes *in, size_t wanted)
{
    size_t have = in->stop - in->start;
    if (in->start > 0) {
        memmove(in->bytes, in->bytes + in->start, have);
        in->start = 0;
        in->stop = have;
    }
    size_t capacity = have * 2;
    if (capacity > wanted)
        capacity = wanted;
    if (capacity < USUAL_SIZE)
        capacity = USUAL_SIZE;
    /* the room of a large message is given back after it */
    if (capacity <= in->capacity && in->capacity <= capacity * 4)
        return in->stop < in->capacity;
    unsigned char *bytes = realloc(in->bytes, capacity);
    if (!bytes)
        return in->stop < in->capacity;
    in->bytes = bytes;
    in->capacity = capacity;
    return true;
}

/* TL_OK: some bytes came; TL_TIMEOUT: none yet; else the channel's end. */
static int read_some(struct tl_channel *channel, size_t wanted)
{
    struct tl_bytes *in = &channel->in;
    if (!make_room(in, wanted))
        return tl_channel_finish(channel, TL_BROKEN, "not enough memory");
    ssize_t n = recv(channel->fd, in->bytes + in->stop, in->capacity - in->stop,
                     MSG_DONTWAIT);
    if (n > 0) {
        in->stop += (size_t)n;
        return TL_OK;
    }
    if (n < 0 && tl_channel_would_wait())
        return TL_TIMEOUT;
    if (in->stop > in->start)
        return tl_channel_finish(channel, TL_BROKEN,
                                 "it ended in the middle of a message");
    return tl_channel_finish(channel, TL_CLOSED, "");
}

bool tl_channel_is_received_elsewhere(const struct tl_channel *channel)
{
    pid_t receiver = fcntl(channel->fd, F_GETOWN);
    return receiver > 0 && receiver != getpid();
}

void tl_channel_claim(struct tl_channel *channel)
{
    channel->receiver = getpid();
    if (channel->fd >= 0)
        fcntl(channel->fd, F_SETOWN, channel->receiver);
}

static bool read_more(struct tl_channel *channel)
{
    struct tl_bytes *in = &channel->in;
    size_t most = TL_FRAME_HEAD + channel->max_message;
    while (in->stop - in->start < most && make_room(in, most)) {
        ssize_t n = recv(channel->fd, in->bytes + in->stop,
                         in->capacity - in->stop, MSG_DONTWAIT);
        if (n < 0 && tl_channel_would_wait())
            return true;
        if (n <= 0) {
            channel->heard_all = true;
            break;
        }
        in->stop += (size_t)n;
    }
    return false;
}

bool tl_channel_read_ahead(struct tl_channel *channel)
{
    if (channel->heard_all || channel->end != TL_OK ||
        tl_channel_is_received_elsewhere(channel))
        return false;
    if (channel->receiver != getpid())
        tl_channel_claim(channel);
    bool more = read_more(channel);
    tl_channel_settle(channel);
    return more;
}

/* Reads until a frame is there whole. */
static int fill(struct tl_channel *channel, size_t *size, tl_deadline deadline)
{
    if (channel->receiver != getpid())
        tl_channel_claim(channel);
    for (;;) {
        int status = channel->end == TL_OK || channel->in.bytes
                         ? look(channel, size)
                         : NEEDS_MORE;
        if (status != NEEDS_MORE)
            return status;
        if (channel->end != TL_OK)
            return channel->end;
        status = read_some(channel, *size);
        if (status == TL_TIMEOUT)
            status = tl_channel_await(channel, POLLIN, deadline);
        if (status < 0)
            return status;
    }
}

int tl_channel_recv(struct tl_channel *channel, const void **data, size_t *size,
                    tl_deadline deadline)
{
    int status = tl_enter_home(TL_OP_CONNECTION_RECV);
    if (status < 0)
        return status;
    struct tl_bytes *in = &channel->in;
    status = fill(channel, size, deadline);
    if (status < 0)
        return status;
    *data = in->bytes + in->start + TL_FRAME_HEAD;
    in->start += *size;
    *size -= TL_FRAME_HEAD;
    tl_channel_settle(channel);
    return TL_OK;
}

static int poll_as(struct tl_channel *channel, enum tl_operation operation,
                   tl_deadline deadline)
{
    int status = tl_enter_home(operation);
    if (status < 0)
        return status;
    size_t size;
    status = fill(channel, &size, deadline);
    tl_channel_settle(channel);
    return status == channel->end ? TL_OK : status;
}

int tl_channel_poll(struct tl_channel *channel, tl_deadline deadline)
{
    return poll_as(channel, TL_OP_CONNECTION_POLL, deadline);
}

int tl_channel_look(void *state, struct pollfd *polled, unsigned *count)
{
    struct tl_channel *channel = state;
    int status = poll_as(channel, TL_OP_NONE, TL_NOW);
    if (status != TL_TIMEOUT)
        return status < 0 ? status : 1;
    *polled = tl_channel_wanted(channel, POLLIN);
    *count = 1;
    return 0;
}
