/*
 * Wire: one connection to a server, over TCP, TLS or a socket of this machine,
 * and the protocol on it (RESP2, by hiredis' reader).
 *
 * A wire belongs to one thread at a time.  Whoever opens it says how to wait
 * for a descriptor; the wire itself sleeps at most BRIEFLY in the kernel, so
 * that the usual answer takes one system call.
 *
 * What the server sends is not trusted: an answer has at most TL_WIRE_ANSWER
 * bytes, its lists at most TL_WIRE_ITEMS items in all, and nest as deep as
 * hiredis allows (7).  What is more, or no RESP, breaks the wire.
 */
#ifndef TL_WIRE_H
#define TL_WIRE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hiredis/read.h>

#include "public/status.h"
#include "wire/linger.h"

struct redisReply;
struct tl_endpoint;
struct tl_tls;

#define TL_WIRE_ANSWER ((size_t)1 << 30)
#define TL_WIRE_ITEMS 100000
#define TL_WIRE_TROUBLE 256

/* Sleeps until the descriptor is ready or the deadline: TL_OK, look again;
 * TL_TIMEOUT, or whatever else ends a wait, which is passed on. */
typedef int tl_wire_wait(struct pollfd *polled, size_t count, int64_t deadline);

struct tl_wire {
    int fd; /* -1: not open */
    struct tl_tls *tls;
    redisReader *reader;
    /* how it makes lists: hiredis' own way, and with the bounds above */
    const redisReplyObjectFunctions *usual;
    redisReplyObjectFunctions bounded;
    tl_wire_wait *wait;
    bool cut;     /* the last one was open, and ended without a reason */
    size_t fed;   /* bytes of the answer that is read */
    size_t items; /* and items of its lists */
    bool lingers; /* set by whoever opens it: see linger.h */
    /* What comes at once, and what comes when others have done something. */
    struct tl_linger for_answer, for_others;
    /* What was wrong last; no secrets. */
    char trouble[TL_WIRE_TROUBLE];
};

/* A wire that is not open. */
void tl_wire_init(struct tl_wire *wire, tl_wire_wait *wait);

/* Connects, and greets where there is TLS.  TL_TIMEOUT; TL_UNREACHABLE, also
 * where the name is not known; TL_REFUSED: the certificate. */
int tl_wire_open(struct tl_wire *wire, const struct tl_endpoint *endpoint,
                 int64_t deadline);
static inline bool tl_wire_is_open(const struct tl_wire *wire)
{
    return wire->fd >= 0;
}

/* TL_BROKEN: the wire is closed now; TL_TIMEOUT: so it is too, as a part may
 * have gone. */
int tl_wire_send(struct tl_wire *wire, const char *bytes, size_t size,
                 int64_t deadline);

/* The next answer, which the caller frees.  TL_TIMEOUT: it may come yet;
 * TL_BROKEN: the wire is closed now. */
int tl_wire_receive(struct tl_wire *wire, struct redisReply **out,
                    int64_t deadline);

/* The same, beside another descriptor: TL_ABANDONED where that is readable
 * before. */
int tl_wire_receive_beside(struct tl_wire *wire, struct redisReply **out,
                           int other, int64_t deadline);

void tl_wire_close(struct tl_wire *wire);

/* In a child of a fork: closes this copy and says nothing to the server.
 * Async-signal-safe; what it had allocated is lost. */
void tl_wire_drop_copy(struct tl_wire *wire);

#endif
