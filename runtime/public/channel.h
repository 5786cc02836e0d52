/*
 * Channel: connections between programs and hosts.  Part of tidelock.h.
 */
#ifndef TIDELOCK_CHANNEL_H
#define TIDELOCK_CHANNEL_H

#include "public/core.h"

/* Listener and channel --------------------------------------------------- */

/* Connections between programs and between hosts.  Unlike all else here they
 * lie in the memory of one process, and a message cannot carry them.  A fork
 * copies them: the child's copy works, and the connection ends when the last
 * copy is closed.  Only one process at a time may use a channel. */
struct tl_listener;
struct tl_channel;

struct tl_channel_options {
    const void *key; /* NULL: none; else borrowed for the call */
    size_t key_size;
    size_t max_message; /* bytes of the largest message, either way */
    const char *name;   /* NULL: none; of a listener, for people */
};
#define TL_MESSAGE_MOST ((size_t)64 << 20) /* the usual max_message */

/* At "unix:PATH" or "tcp:HOST:PORT"; port 0 is any that is free.  A socket
 * file whose listener is dead is taken over.  TL_BAD_ADDRESS, TL_LONG_ADDRESS,
 * TL_NO_HOST, TL_IN_USE, TL_NO_MEMORY, TL_SYSTEM. */
int tl_listener_new(struct tl_listener **out, const char *address,
                    const struct tl_channel_options *options);
/* The next caller that has greeted in time and, with a key, has proved it.
 * Others are turned away, and count as refused.  TL_TIMEOUT. */
int tl_listener_accept(struct tl_listener *listener, struct tl_channel **out,
                       tl_deadline deadline);
/* The same for callers: readable while any has come, or says something. */
int tl_listener_fd(struct tl_listener *listener);
const char *tl_listener_address(const struct tl_listener *listener);
const char *tl_listener_name(const struct tl_listener *listener); /* "" */
uint64_t tl_listener_refused(const struct tl_listener *listener);
/* Nobody can connect any more; accept gives TL_CLOSED.  A socket file is
 * removed by the process that made it. */
void tl_listener_end(struct tl_listener *listener);
/* The same, and frees it. */
void tl_listener_close(struct tl_listener *listener);
/* Removes the socket files of this process, which is about to end.
 * Async-signal-safe. */
void tl_socket_file_remove_all(void);

/* TL_UNREACHABLE: nobody listens there; TL_REFUSED: the keys differ, or only
 * one side has one; TL_BROKEN: what answers is no listener of this kind;
 * TL_CLOSED: it went away; TL_TIMEOUT.  Misuse as for a listener.
 * Without a key, waits for no answer: what would be wrong with it is the
 * result of the first call that receives. */
int tl_channel_connect(struct tl_channel **out, const char *address,
                       const struct tl_channel_options *options,
                       tl_deadline deadline);
/* TL_OK: the channel has taken it; TL_TIMEOUT: no part of it.  What does not
 * leave in time leaves while the thread waits for anything, or ends. TL_CLOSED,
 * TL_BROKEN, TL_REFUSED, TL_TOO_LARGE. */
int tl_channel_send(struct tl_channel *channel, const struct tl_message *m,
                    tl_deadline deadline);
/* The next message, borrowed until the next call.  TL_TIMEOUT, and what came
 * of a message is kept; TL_CLOSED: the other end is closed, or gone;
 * TL_BROKEN: what came is no message (tl_channel_trouble); TL_REFUSED. */
int tl_channel_recv(struct tl_channel *channel, const void **data, size_t *size,
                    tl_deadline deadline);
/* TL_OK: recv would not wait; TL_TIMEOUT. */
int tl_channel_poll(struct tl_channel *channel, tl_deadline deadline);
/* A descriptor that is readable while tl_channel_poll would not wait, for other
 * event loops; sometimes though it would, when a message has come in part.  It
 * is closed with the channel.  TL_SYSTEM. */
int tl_channel_fd(struct tl_channel *channel);
/* Where it was connected to; of one accepted, its listener's address. */
const char *tl_channel_address(const struct tl_channel *channel);
/* Ends the connection: what was received makes no sense. */
void tl_channel_break(struct tl_channel *channel);
/* What was wrong, after TL_BROKEN. */
const char *tl_channel_trouble(const struct tl_channel *channel);
/* TL_OK while it is open, as far as this end knows; else how it ended. */
int tl_channel_state(const struct tl_channel *channel);
/* Closes this end, and waits until `deadline` for what has not left yet. */
void tl_channel_end(struct tl_channel *channel, tl_deadline deadline);
/* The same, and frees it. */
void tl_channel_close(struct tl_channel *channel, tl_deadline deadline);
/* Nobody has it any more: closed as soon as what has not left yet has. */
void tl_channel_drop(struct tl_channel *channel);

#endif
