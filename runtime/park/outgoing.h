/*
 * Outgoing: what a task has still to send, and sends while it waits for
 * anything.
 *
 * Something that has bytes for a descriptor which takes no more at the moment
 * adds itself here.  From then on each sleep of the thread is for its
 * descriptor too (park/poll), and its `push` is called whenever the
 * descriptor may be ready.
 *
 * The list is the thread's own.  A fork copies it: what the parent has to send
 * the child must not, so entries of another process are struck off where the
 * child first looks.
 */
#ifndef TL_OUTGOING_H
#define TL_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tidelock.h"

struct pollfd;
struct tl_outgoing {
    /* Sends what goes without waiting.  Returns the events (of poll) for which
     * to call it again; 0: nothing is left to do, it is not called again, and
     * may have freed the entry.  It makes no call of the runtime. */
    short (*push)(struct tl_outgoing *outgoing);
    int fd;
    short events;
    bool listed;
    pid_t process;
    struct tl_outgoing *next;
};

/* The entries of this thread. */
extern _Thread_local struct tl_outgoing *tl_outgoings;

/* Calls `push` for `events` from now on; borrows the entry until it is removed
 * or `push` has returned 0. */
void tl_outgoing_add(struct tl_outgoing *outgoing, int fd, short events);

/* Twice is harmless. */
void tl_outgoing_remove(struct tl_outgoing *outgoing);

/* How many entries there are; fills in what to poll for the first `most`. */
size_t tl_outgoing_watch(struct pollfd *polled, size_t most);

/* If any of what was polled is ready, pushes all entries, and returns true. */
bool tl_outgoing_push(const struct pollfd *polled, size_t count);

/* The thread will not wait any more: what is added later is not sent. */
void tl_outgoing_end(void);

/* Whether the thread will wait for what is added. */
bool tl_outgoing_possible(void);

#endif
