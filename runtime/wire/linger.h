/*
 * Linger: looks for an answer for a moment before it sleeps for it.
 *
 * To wake a CPU that has gone to sleep takes 20 to 50 us on many machines, most
 * of all on virtual ones: as long as a server needs for an answer.  So whoever
 * waits looks again and again for a moment, and gives its CPU to others in
 * between: to the server, where that is on this machine.
 *
 * Where that has not paid lately it is left out, more often each time: answers
 * from another host take longer, and on a machine that is busy others keep the
 * CPU that is given to them.
 */
#ifndef TL_LINGER_H
#define TL_LINGER_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing was learned yet. */
struct tl_linger {
    unsigned failures; /* one after another */
    unsigned left_out; /* waits that are still to do without */
    int64_t end;       /* of the wait that lingers */
    int64_t looked;    /* when it looked last */
};

/* A wait begins, that may last until the deadline.  False: do without. */
bool tl_linger_begin(struct tl_linger *linger, int64_t deadline);

/* Gives the CPU to others.  False: it is time to sleep. */
bool tl_linger_on(struct tl_linger *linger);

/* It is over; `paid`: what it was for has come. */
void tl_linger_end(struct tl_linger *linger, bool paid);

#endif
