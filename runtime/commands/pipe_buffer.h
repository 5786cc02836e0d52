/*
 * Flow: our end of one of the three streams of a command, with the bytes that
 * wait on this side of it.
 *
 *   NONE    no pipe was asked for
 *   OPEN    `descriptor` is ours, close-on-exec and never blocks
 *   ENDED   the other side is gone; what was read before can still be taken
 *   CLOSED  this side has closed it, or given it away
 *
 * Bytes between start and end: of stdin, what is yet to be written; of stdout
 * and stderr, what has been read and not yet been taken.
 */
#ifndef TL_FLOW_H
#define TL_FLOW_H

#include <stdbool.h>
#include <stddef.h>

enum tl_flow_state {
    TL_FLOW_NONE,
    TL_FLOW_OPEN,
    TL_FLOW_ENDED,
    TL_FLOW_CLOSED
};

struct tl_flow {
    enum tl_flow_state state;
    int descriptor;
    char *data;
    size_t start, end, room;
    size_t searched; /* no newline before this place; at least start */
};

static inline size_t tl_flow_size(const struct tl_flow *flow)
{
    return flow->end - flow->start;
}

/* Takes the descriptor. */
void tl_flow_open(struct tl_flow *flow, int descriptor);

/* Drops the descriptor alone: by a fork's child, whose parent's thread may have
 * been moving the bytes at that moment. */
void tl_flow_abandon(struct tl_flow *flow);

/* Drops descriptor and bytes; twice is harmless. */
void tl_flow_close(struct tl_flow *flow);

/* Reads once.  TL_OK, also where there was nothing or it has ended;
 * TL_SYSTEM. */
int tl_flow_fill(struct tl_flow *flow);

/* The first `size` bytes are done with. */
void tl_flow_take(struct tl_flow *flow, size_t size);

/* The size of the first line, its newline included; 0: none is whole yet. */
size_t tl_flow_line(struct tl_flow *flow);

/* Copies `size` bytes behind what waits to be written.  TL_SYSTEM: no
 * memory. */
int tl_flow_append(struct tl_flow *flow, const void *data, size_t size);

/* Takes the last `size` bytes back. */
void tl_flow_withdraw(struct tl_flow *flow, size_t size);

/* Writes as much as goes at once; ENDED where nobody reads any more, by no
 * SIGPIPE.  TL_OK or TL_SYSTEM. */
int tl_flow_drain(struct tl_flow *flow);

#endif
