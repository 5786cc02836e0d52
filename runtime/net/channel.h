/*
 * Channel: messages over a stream socket.
 *
 * A message travels as a frame: its size in 8 bytes, little-endian, and its
 * bytes.  The channel keeps for each direction how far it is, so that a call
 * whose time runs out tears no message:
 *
 *   in     what has been read and not yet received.  A frame is looked at only
 *          when it is there whole, and the buffer grows with what has come,
 *          never with what was announced: a peer pays for what it makes us
 *          allocate.
 *   rest   what a send could not get rid of.  Once the kernel took any part
 *          of a frame, the channel takes all of it; the rest goes before all
 *          else, while the thread waits for anything (park/outgoing), and for
 *          some time at its end.
 *
 * An end that cannot get rid of what it sends reads what has come meanwhile, up
 * to one largest message: else two ends that both send would wait for each
 * other.  But where another process received last, what has come belongs to
 * that: a parent that sends beside a child that receives takes nothing from it,
 * unless nobody has read it for a while.  All copies of the descriptor see
 * which process received last, since it is noted as the descriptor's owner
 * (F_SETOWN of fcntl(2)), which is used for nothing else.
 *
 * A channel's end is final.  `end` says how: TL_CLOSED (the peer closed or
 * vanished, between two messages), TL_BROKEN (in the middle of one, or what
 * came was no message), TL_REFUSED (an unkeyed client found a keyed listener).
 * Whole messages that came before are received first.
 *
 * Limits
 *   - A connection is handed to a child between two messages: what the parent
 *     has read ahead, both have; what it has left to send, it sends itself.
 *   - What an end has sent and the other has not received may be lost where the
 *     first is closed with messages unread: TCP resets such a connection.
 *   - Two ends that both send more than max_message and what the kernel holds,
 *     and neither receives, wait for each other: give such sends a timeout.
 */
#ifndef TL_CHANNEL_H
#define TL_CHANNEL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/pollable.h"
#include "park/outgoing.h"
#include "tidelock.h"

enum { TL_FRAME_HEAD = 8 }; /* bytes: the size of the message that follows */

/* Invariant: start <= stop <= capacity; what lies between is unread.  Of a
 * frame that was handed out, `start` is behind it already. */
struct tl_bytes {
    unsigned char *bytes;
    size_t start, stop, capacity;
};

struct tl_channel {
    int fd; /* -1 once the end is final */
    int end;
    size_t max_message;
    const char *trouble;
    struct tl_bytes in, rest;
    pid_t rest_of; /* the process that sends the rest: a forked copy must not */
    struct tl_outgoing outgoing; /* listed while there is a rest */
    struct tl_pollable
        pollable;   /* raised while a frame is in `in`, or the end */
    pid_t receiver; /* that received last, as far as this process knows; or 0 */
    bool heard_all; /* a look ahead has found that nothing more can be read */
    bool dropped;   /* by everybody: freed once the rest has left */
    char address[];
};

/* Takes the connected socket, on which this side's greeting is over.  NULL: no
 * memory, and it is closed. */
struct tl_channel *tl_channel_adopt(int fd, const char *address,
                                    size_t max_message);

/* For the other files of channels. */

/* The size in a frame's head. */
uint64_t tl_channel_announced(const unsigned char head[TL_FRAME_HEAD]);

/* Sends what is left of earlier frames: TL_OK, TL_TIMEOUT (not all of it),
 * TL_CLOSED. */
int tl_channel_send_rest(struct tl_channel *channel);

/* The end is final, and what is left to send is not sent.  Returns `end`. */
int tl_channel_finish(struct tl_channel *channel, int end, const char *trouble);

/* What to wait for: `events` (of poll), and room for what is left to send. */
struct pollfd tl_channel_wanted(struct tl_channel *channel, short events);

/* Reads what has come, if it is for this process, for later calls that receive.
 * Whether there is room for more. */
bool tl_channel_read_ahead(struct tl_channel *channel);

/* Whether another process received last. */
bool tl_channel_is_received_elsewhere(const struct tl_channel *channel);

/* Makes the descriptor for other event loops readable while a frame, or the
 * end, is here. */
void tl_channel_settle(struct tl_channel *channel);

/* This process receives from now on. */
void tl_channel_claim(struct tl_channel *channel);

/* Waits for room to send, and reads what comes meanwhile. */
int tl_channel_await_room(struct tl_channel *channel, tl_deadline deadline);

/* The rest is in place: from now on this thread sends it whenever it waits. */
void tl_channel_send_later(struct tl_channel *channel);

/* Waits until the socket is ready for `events`, or for more of what
 * is left to send: so the caller looks again. */
int tl_channel_await(struct tl_channel *channel, short events,
                     tl_deadline deadline);

/* Sends what is left: TL_TIMEOUT where that is not all; TL_CLOSED. */
int tl_channel_flush(struct tl_channel *channel, tl_deadline deadline);

/* Whether a transfer that failed would only have had to wait. */
bool tl_channel_would_wait(void);

void tl_bytes_forget(struct tl_bytes *buffer);

#endif
