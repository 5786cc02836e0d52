#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "greeting.h"
#include "wait/checkpoint.h"
#include "wait/clock.h"
#include "wait/descriptor.h"

enum {
    HEAD_SIZE = 8,
    USUAL_SIZE = 1 << 16, /* of the buffer, while messages are small */
    VECTOR_MOST = 64,
    NEEDS_MORE = 1
};

/* Invariant: start <= stop <= capacity; what lies between is unread.  Of a
 * frame that was handed out, `start` is behind it already. */
struct buffer {
    unsigned char *bytes;
    size_t start, stop, capacity;
};

struct tl_channel {
    int fd; /* -1 once the end is final */
    int end;
    size_t max_message;
    const char *trouble;
    struct buffer in, rest;
    pid_t rest_of; /* who sends the rest: a forked copy must not */
    char address[];
};

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

static void forget(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

static int finish(struct tl_channel *channel, int end, const char *trouble)
{
    if (channel->fd >= 0)
        close(channel->fd);
    channel->fd = -1;
    channel->end = end;
    channel->trouble = trouble;
    forget(&channel->rest);
    return end;
}

void tl_channel_break(struct tl_channel *channel)
{
    finish(channel, TL_BROKEN, "what came is no message");
    forget(&channel->in);
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

/* What a transfer that moved nothing means. */
static bool would_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Sends what is left of earlier frames: TL_OK, TL_TIMEOUT (not all of it),
 * TL_CLOSED. */
static int flush(struct tl_channel *channel)
{
    struct buffer *rest = &channel->rest;
    if (rest->bytes && channel->rest_of != getpid())
        forget(rest);
    while (rest->start < rest->stop) {
        ssize_t n = send(channel->fd, rest->bytes + rest->start,
                         rest->stop - rest->start,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return would_wait() ? TL_TIMEOUT : TL_CLOSED;
        rest->start += (size_t)n;
    }
    forget(rest);
    return TL_OK;
}

/* Waits for `events`, and meanwhile gets rid of what is left. */
static int await(struct tl_channel *channel, short events,
                 tl_deadline deadline)
{
    if (flush(channel) == TL_TIMEOUT)
        events |= POLLOUT;
    struct pollfd fd = {.fd = channel->fd, .events = events};
    return tl_wait_descriptors(&fd, 1, deadline);
}

/* ---- receiving ---- */

static uint64_t announced(const unsigned char head[HEAD_SIZE])
{
    uint64_t size = 0;
    for (int i = HEAD_SIZE; i-- > 0;)
        size = size << 8 | head[i];
    return size;
}

static void put_head(unsigned char head[HEAD_SIZE], uint64_t size)
{
    for (int i = 0; i < HEAD_SIZE; i++, size >>= 8)
        head[i] = (unsigned char)size;
}

/* Whether a frame is there whole: TL_OK, NEEDS_MORE, or the channel's end.
 * *size: of the frame, as far as it is known. */
static int look(struct tl_channel *channel, size_t *size)
{
    struct buffer *in = &channel->in;
    *size = HEAD_SIZE;
    if (in->stop - in->start < HEAD_SIZE)
        return NEEDS_MORE;
    if (tl_greeting_begins(in->bytes + in->start))
        return finish(channel, TL_REFUSED, "");
    uint64_t body = announced(in->bytes + in->start);
    if (body == 0 || body > channel->max_message) {
        finish(channel, TL_BROKEN,
               body ? "a message larger than max_message was announced"
                    : "a message of no bytes was announced");
        forget(in);
        return TL_BROKEN;
    }
    *size += (size_t)body;
    return in->stop - in->start < *size ? NEEDS_MORE : TL_OK;
}

/* Room for some more of the `wanted` bytes from start on: at most as much
 * again as is there. */
static bool make_room(struct buffer *in, size_t wanted)
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
    struct buffer *in = &channel->in;
    if (!make_room(in, wanted))
        return finish(channel, TL_BROKEN, "not enough memory");
    ssize_t n;
    int resets = 0;
    do /* a Unix socket tells a reset before what has come; once is enough */
        n = recv(channel->fd, in->bytes + in->stop, in->capacity - in->stop,
                 MSG_DONTWAIT);
    while (n < 0 && errno == ECONNRESET && resets++ == 0);
    if (n > 0) {
        in->stop += (size_t)n;
        return TL_OK;
    }
    if (n < 0 && would_wait())
        return TL_TIMEOUT;
    if (in->stop > in->start)
        return finish(channel, TL_BROKEN,
                      "it ended in the middle of a message");
    return finish(channel, TL_CLOSED, "");
}

/* Until a frame is there whole. */
static int fill(struct tl_channel *channel, size_t *size, tl_deadline deadline)
{
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
            status = await(channel, POLLIN, deadline);
        if (status < 0)
            return status;
    }
}

int tl_channel_recv(struct tl_channel *channel, const void **data,
                    size_t *size, tl_deadline deadline)
{
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    struct buffer *in = &channel->in;
    status = fill(channel, size, deadline);
    if (status < 0)
        return status;
    *data = in->bytes + in->start + HEAD_SIZE;
    in->start += *size;
    *size -= HEAD_SIZE;
    return TL_OK;
}

int tl_channel_poll(struct tl_channel *channel, tl_deadline deadline)
{
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    size_t size;
    status = fill(channel, &size, deadline);
    return status == channel->end ? TL_OK : status;
}

/* ---- sending ---- */

struct frame {
    unsigned char head[HEAD_SIZE];
    const struct tl_message *message;
    size_t size, sent; /* with the head */
};

static void add(struct iovec *vector, unsigned *count, size_t *skip,
                const void *data, size_t size)
{
    if (*skip >= size) {
        *skip -= size;
        return;
    }
    vector[(*count)++] =
        (struct iovec){.iov_base = (unsigned char *)data + *skip,
                       .iov_len = size - *skip};
    *skip = 0;
}

/* The next pieces of what has not been sent. */
static unsigned pieces(const struct frame *frame,
                       struct iovec vector[VECTOR_MOST])
{
    unsigned count = 0;
    size_t skip = frame->sent;
    add(vector, &count, &skip, frame->head, HEAD_SIZE);
    for (size_t i = 0; i < frame->message->slice_count; i++) {
        if (count == VECTOR_MOST)
            break;
        add(vector, &count, &skip, frame->message->slices[i].data,
            frame->message->slices[i].size);
    }
    return count;
}

/* As much as the kernel takes: TL_OK, TL_TIMEOUT (not all), TL_CLOSED. */
static int push(struct tl_channel *channel, struct frame *frame)
{
    while (frame->sent < frame->size) {
        struct iovec vector[VECTOR_MOST];
        struct msghdr header = {.msg_iov = vector,
                                .msg_iovlen = pieces(frame, vector)};
        ssize_t n =
            sendmsg(channel->fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return would_wait() ? TL_TIMEOUT : TL_CLOSED;
        frame->sent += (size_t)n;
    }
    return TL_OK;
}

/* A frame of which a part is gone cannot be given up: its rest is copied. */
static int keep_rest(struct tl_channel *channel, struct frame *frame)
{
    size_t size = frame->size - frame->sent;
    struct buffer *rest = &channel->rest;
    rest->bytes = malloc(size);
    if (!rest->bytes)
        return finish(channel, TL_BROKEN, "not enough memory");
    rest->capacity = size;
    channel->rest_of = getpid();
    while (frame->sent < frame->size) {
        struct iovec vector[VECTOR_MOST];
        unsigned count = pieces(frame, vector);
        for (unsigned i = 0; i < count; i++) {
            memcpy(rest->bytes + rest->stop, vector[i].iov_base,
                   vector[i].iov_len);
            rest->stop += vector[i].iov_len;
            frame->sent += vector[i].iov_len;
        }
    }
    return TL_OK;
}

static int send_frame(struct tl_channel *channel, struct frame *frame,
                      tl_deadline deadline)
{
    for (;;) {
        int status = push(channel, frame);
        if (status != TL_TIMEOUT)
            return status;
        status = await(channel, POLLOUT, deadline);
        if (status == TL_OK)
            continue;
        if (frame->sent == 0)
            return status;
        int kept = keep_rest(channel, frame);
        return kept < 0 || status == TL_TIMEOUT ? kept : status;
    }
}

/* A stream takes some bytes after its peer has gone: look first. */
static bool is_hung_up(const struct tl_channel *channel)
{
    struct pollfd fd = {.fd = channel->fd, .events = POLLRDHUP};
    return tl_wait_descriptors(&fd, 1, TL_NOW) == TL_OK;
}

static int flush_till(struct tl_channel *channel, tl_deadline deadline)
{
    for (;;) {
        int status = flush(channel);
        if (status != TL_TIMEOUT)
            return status;
        status = await(channel, POLLOUT, deadline);
        if (status < 0)
            return status;
    }
}

int tl_channel_send(struct tl_channel *channel, const struct tl_message *m,
                    tl_deadline deadline)
{
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    if (channel->end != TL_OK)
        return channel->end;
    if (m->size > channel->max_message)
        return TL_TOO_LARGE;
    if (is_hung_up(channel))
        return TL_CLOSED;
    status = flush_till(channel, deadline);
    if (status < 0)
        return status;
    struct frame frame = {.message = m, .size = HEAD_SIZE + m->size};
    put_head(frame.head, m->size);
    return send_frame(channel, &frame, deadline);
}

void tl_channel_close(struct tl_channel *channel, tl_deadline deadline)
{
    if (channel->fd >= 0 && channel->rest.bytes)
        flush_till(channel, deadline);
    finish(channel, TL_CLOSED, "");
    forget(&channel->in);
    free(channel);
}
