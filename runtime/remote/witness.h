/*
 * Witness: a process tells the server when another process of its machine has
 * ended, so that what that held passes on at once, and not when its lease ends.
 *
 * The server says whom to watch: the next sessions of the same machine, in a
 * ring.  Each is watched by a pidfd, which becomes readable at its end.  A pid
 * may have been taken again by then: so the time at which the process started
 * is compared once the pidfd is open.
 *
 * All of it belongs to the bells' thread.
 */
#ifndef TL_WITNESS_H
#define TL_WITNESS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remote/session.h"

struct tl_answer;

#define TL_WITNESS_MOST 16

struct tl_witness {
    size_t count;
    struct {
        char id[TL_SESSION_ID];
        int fd; /* pidfd; -1: it has ended already */
        bool kept;
    } watched[TL_WITNESS_MOST];
};

/* The rest of the answer's fields are whom to watch (session, pid, start ...)
 * instead of those so far, or besides. */
void tl_witness_set(struct tl_witness *witness, struct tl_answer *answer,
                    bool besides);

/* What to poll: fills at most TL_WITNESS_MOST; returns how many. */
size_t tl_witness_poll(const struct tl_witness *witness, struct pollfd *polled);

/* Whether one has ended that cannot be polled for. */
bool tl_witness_has_ended(const struct tl_witness *witness);

/* Takes one of those that have ended, by what poll has said; false: none. */
bool tl_witness_take(struct tl_witness *witness, const struct pollfd *polled,
                     char id[TL_SESSION_ID]);

void tl_witness_drop(struct tl_witness *witness);

#endif
