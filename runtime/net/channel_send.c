/*
 * Channel send: writes a frame from where its pieces lie; once the kernel
 * has taken a part of it, a copy of the rest stays for later.  See channel.h.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "net/channel.h"
#include "wait/checkpoint.h"
#include "wait/descriptor.h"

enum { VECTOR_MOST = 64 };

static void put_head(unsigned char head[TL_FRAME_HEAD], uint64_t size)
{
    for (int i = 0; i < TL_FRAME_HEAD; i++, size >>= 8)
        head[i] = (unsigned char)size;
}

struct frame {
    unsigned char head[TL_FRAME_HEAD];
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
    vector[(*count)++] = (struct iovec){
        .iov_base = (unsigned char *)data + *skip, .iov_len = size - *skip};
    *skip = 0;
}

/* The next pieces of what has not been sent. */
static unsigned pieces(const struct frame *frame,
                       struct iovec vector[VECTOR_MOST])
{
    unsigned count = 0;
    size_t skip = frame->sent;
    add(vector, &count, &skip, frame->head, TL_FRAME_HEAD);
    for (size_t i = 0; i < frame->message->slice_count; i++) {
        if (count == VECTOR_MOST)
            break;
        add(vector, &count, &skip, frame->message->slices[i].data,
            frame->message->slices[i].size);
    }
    return count;
}

/* Sends as much as the kernel takes: TL_OK, TL_TIMEOUT (not all), TL_CLOSED. */
static int push(struct tl_channel *channel, struct frame *frame)
{
    while (frame->sent < frame->size) {
        struct iovec vector[VECTOR_MOST];
        struct msghdr header = {.msg_iov = vector,
                                .msg_iovlen = pieces(frame, vector)};
        ssize_t n = sendmsg(channel->fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return tl_channel_would_wait() ? TL_TIMEOUT : TL_CLOSED;
        frame->sent += (size_t)n;
    }
    return TL_OK;
}

/* Copies the rest of a frame of which a part is sent: it cannot be given up. */
static int keep_rest(struct tl_channel *channel, struct frame *frame)
{
    size_t size = frame->size - frame->sent;
    struct tl_bytes *rest = &channel->rest;
    rest->bytes = malloc(size);
    if (!rest->bytes)
        return tl_channel_finish(channel, TL_BROKEN, "not enough memory");
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
    tl_channel_send_later(channel);
    return TL_OK;
}

/* Sends the frame as a rest, since a callback may send meanwhile: not into the
 * middle of this frame. */
static int send_as_rest(struct tl_channel *channel, struct frame *frame,
                        tl_deadline deadline)
{
    int status = keep_rest(channel, frame);
    if (status == TL_OK)
        status = tl_channel_flush(channel, deadline);
    return status == TL_TIMEOUT ? TL_OK : status;
}

static int send_frame(struct tl_channel *channel, struct frame *frame,
                      tl_deadline deadline)
{
    for (;;) {
        int status = push(channel, frame);
        if (status != TL_TIMEOUT)
            return status;
        if (frame->sent > 0 && tl_idle_due)
            return send_as_rest(channel, frame, deadline);
        status = tl_channel_await_room(channel, deadline);
        if (status == TL_OK)
            continue;
        if (frame->sent == 0)
            return status;
        int kept = keep_rest(channel, frame);
        return kept < 0 || status == TL_TIMEOUT ? kept : status;
    }
}

/* A socket takes some bytes even after its peer has gone: so look first. */
static bool is_hung_up(const struct tl_channel *channel)
{
    struct pollfd fd = {.fd = channel->fd, .events = POLLRDHUP};
    return tl_descriptor_wait(&fd, 1, TL_NOW) == TL_OK;
}

int tl_channel_send(struct tl_channel *channel, const struct tl_message *m,
                    tl_deadline deadline)
{
    int status = tl_enter_home(TL_OP_CONNECTION_SEND);
    if (status < 0)
        return status;
    if (channel->end != TL_OK)
        return channel->end;
    if (m->size > channel->max_message)
        return TL_TOO_LARGE;
    if (is_hung_up(channel))
        return TL_CLOSED;
    status = tl_channel_flush(channel, deadline);
    if (status < 0)
        return status;
    struct frame frame = {.message = m, .size = TL_FRAME_HEAD + m->size};
    put_head(frame.head, m->size);
    return send_frame(channel, &frame, deadline);
}
