#include "commands/pipe_buffer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "public/status.h"
#include "tasks/process_lock.h"

#define PIECE ((size_t)64 << 10) /* what a pipe holds */

void tl_pipe_buffer_open(struct tl_pipe_buffer *flow, int descriptor)
{
    *flow = (struct tl_pipe_buffer){.state = TL_PIPE_BUFFER_OPEN,
                                    .descriptor = descriptor};
}

/* Under the process lock: a fork copies the descriptors before the memory, and
 * the child would have a descriptor and not know of it. */
static void leave(struct tl_pipe_buffer *flow, enum tl_pipe_buffer_state state)
{
    tl_process_lock_take();
    if (flow->state == TL_PIPE_BUFFER_OPEN)
        close(flow->descriptor);
    flow->state = state;
    tl_process_lock_drop();
}

static void empty(struct tl_pipe_buffer *flow)
{
    flow->start = flow->end = flow->searched = 0;
}

void tl_pipe_buffer_abandon(struct tl_pipe_buffer *flow)
{
    if (flow->state != TL_PIPE_BUFFER_NONE)
        leave(flow, TL_PIPE_BUFFER_CLOSED);
}

void tl_pipe_buffer_close(struct tl_pipe_buffer *flow)
{
    tl_pipe_buffer_abandon(flow);
    free(flow->data);
    flow->data = NULL;
    flow->room = 0;
    empty(flow);
}

/* Room for `size` more bytes at the end. */
static int reserve(struct tl_pipe_buffer *flow, size_t size)
{
    if (flow->room - flow->end >= size)
        return TL_OK;
    if (flow->start > 0) {
        memmove(flow->data, flow->data + flow->start,
                tl_pipe_buffer_size(flow));
        flow->searched -= flow->start;
        flow->end -= flow->start;
        flow->start = 0;
    }
    if (flow->room - flow->end >= size)
        return TL_OK;
    size_t room = flow->end + size;
    if (room < 2 * flow->room)
        room = 2 * flow->room;
    char *grown = realloc(flow->data, room);
    if (!grown)
        return TL_SYSTEM;
    flow->data = grown;
    flow->room = room;
    return TL_OK;
}

/* ---- reading ---- */

int tl_pipe_buffer_fill(struct tl_pipe_buffer *flow)
{
    if (flow->state != TL_PIPE_BUFFER_OPEN)
        return TL_OK;
    if (reserve(flow, PIECE) < 0)
        return TL_SYSTEM;
    ssize_t got = read(flow->descriptor, flow->data + flow->end, PIECE);
    if (got > 0)
        flow->end += (size_t)got;
    else if (got == 0)
        leave(flow, TL_PIPE_BUFFER_ENDED);
    else if (errno != EAGAIN && errno != EINTR)
        return TL_SYSTEM;
    return TL_OK;
}

void tl_pipe_buffer_take(struct tl_pipe_buffer *flow, size_t size)
{
    flow->start += size;
    if (flow->searched < flow->start)
        flow->searched = flow->start;
    if (flow->start < flow->end)
        return;
    empty(flow);
    /* a large buffer is given back: as much may never come again */
    if (flow->room > 2 * PIECE || flow->state != TL_PIPE_BUFFER_OPEN) {
        free(flow->data);
        flow->data = NULL;
        flow->room = 0;
    }
}

size_t tl_pipe_buffer_line(struct tl_pipe_buffer *flow)
{
    if (flow->searched == flow->end)
        return 0;
    const char *newline =
        memchr(flow->data + flow->searched, '\n', flow->end - flow->searched);
    flow->searched = newline ? (size_t)(newline - flow->data) : flow->end;
    return newline ? flow->searched - flow->start + 1 : 0;
}

/* ---- writing ---- */

int tl_pipe_buffer_append(struct tl_pipe_buffer *flow, const void *data,
                          size_t size)
{
    if (size == 0)
        return TL_OK;
    if (reserve(flow, size) < 0)
        return TL_SYSTEM;
    memcpy(flow->data + flow->end, data, size);
    flow->end += size;
    return TL_OK;
}

void tl_pipe_buffer_withdraw(struct tl_pipe_buffer *flow, size_t size)
{
    flow->end -= size;
}

/* A write whose SIGPIPE, which goes to the writing thread, is taken back before
 * anybody sees it.  To ignore the signal instead would concern the whole
 * program, and the programs that it starts would inherit that. */
static ssize_t write_quietly(int descriptor, const char *data, size_t size)
{
    static const struct timespec at_once;
    sigset_t pipe, mask, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &mask);
    ssize_t wrote = write(descriptor, data, size);
    int error = errno;
    if (wrote < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return wrote;
}

int tl_pipe_buffer_drain(struct tl_pipe_buffer *flow)
{
    while (flow->state == TL_PIPE_BUFFER_OPEN &&
           tl_pipe_buffer_size(flow) > 0) {
        ssize_t wrote =
            write_quietly(flow->descriptor, flow->data + flow->start,
                          tl_pipe_buffer_size(flow));
        if (wrote >= 0) {
            tl_pipe_buffer_take(flow, (size_t)wrote);
        } else if (errno == EPIPE) {
            leave(flow, TL_PIPE_BUFFER_ENDED);
            tl_pipe_buffer_take(flow, tl_pipe_buffer_size(flow));
        } else if (errno == EAGAIN) {
            return TL_OK;
        } else if (errno != EINTR) {
            return TL_SYSTEM;
        }
    }
    return TL_OK;
}
