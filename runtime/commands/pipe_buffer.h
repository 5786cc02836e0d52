/*
 * Pipe buffer: our end of one of the three streams of a command, with the bytes
 * that wait on this side of it.
 *
 *   NONE    no pipe was asked for
 *   OPEN    `descriptor` is ours, close-on-exec and never blocks
 *   ENDED   the other side is gone; what was read before can still be taken
 *   CLOSED  this side has closed it, or given it away
 *
 * Bytes between start and end: of stdin, what is yet to be written; of stdout
 * and stderr, what has been read and not yet been taken.
 */
#ifndef TL_PIPE_BUFFER_H
#define TL_PIPE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

enum tl_pipe_buffer_state {
    TL_PIPE_BUFFER_NONE,
    TL_PIPE_BUFFER_OPEN,
    TL_PIPE_BUFFER_ENDED,
    TL_PIPE_BUFFER_CLOSED
};

struct tl_pipe_buffer {
    enum tl_pipe_buffer_state state;
    int descriptor;
    char *data;
    size_t start, end, room;
    size_t searched; /* no newline before this place; at least start */
};

static inline size_t tl_pipe_buffer_size(const struct tl_pipe_buffer *flow)
{
    return flow->end - flow->start;
}

/* Takes the descriptor. */
void tl_pipe_buffer_open(struct tl_pipe_buffer *flow, int descriptor);

/* Drops the descriptor alone: by a fork's child, whose parent's thread may have
 * been moving the bytes at that moment. */
void tl_pipe_buffer_abandon(struct tl_pipe_buffer *flow);

/* Drops descriptor and bytes; twice is harmless. */
void tl_pipe_buffer_close(struct tl_pipe_buffer *flow);

/* Reads once.  TL_OK, also where there was nothing or it has ended;
 * TL_SYSTEM. */
int tl_pipe_buffer_fill(struct tl_pipe_buffer *flow);

/* The first `size` bytes are done with. */
void tl_pipe_buffer_take(struct tl_pipe_buffer *flow, size_t size);

/* The size of the first line, its newline included; 0: none is whole yet. */
size_t tl_pipe_buffer_line(struct tl_pipe_buffer *flow);

/* Copies `size` bytes behind what waits to be written.  TL_SYSTEM: no
 * memory. */
int tl_pipe_buffer_append(struct tl_pipe_buffer *flow, const void *data,
                          size_t size);

/* Takes the last `size` bytes back. */
void tl_pipe_buffer_withdraw(struct tl_pipe_buffer *flow, size_t size);

/* Writes as much as goes at once; ENDED where nobody reads any more, by no
 * SIGPIPE.  TL_OK or TL_SYSTEM. */
int tl_pipe_buffer_drain(struct tl_pipe_buffer *flow);

#endif
