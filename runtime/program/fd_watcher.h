/*
 * Fd watcher: the thread that raises a process's descriptors.
 *
 * program/ready_fd.h says what it is for and who changes what.  It lives while
 * there is something to watch.  Both its end and an addition happen under the
 * process lock: so it ends only where nothing was added, and an addition that
 * finds it ended starts another.
 */
#ifndef TL_FD_WATCHER_H
#define TL_FD_WATCHER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tidelock.h"

struct tl_fd {
    /* The owner's: the handle that is looked at, and the one that keeps its
     * object. */
    struct tl_handle handle, kept;
    int event;
    pid_t process;
    _Atomic bool raised;
    _Atomic bool final;    /* set by the owner: it stays as it is */
    _Atomic bool removed;  /* set by the owner: the watcher is to let go */
    _Atomic bool let_go;   /* set by the watcher */
    struct tl_fd *next;    /* in the owner's list */
    struct tl_fd *watched; /* in the watcher's list */
    bool is_new;           /* raised in this turn; the watcher's */
};

/* The watcher watches this one too, until `removed` and a wake make it let go.
 * Starts a watcher where there is none: TL_SYSTEM, TL_NO_TASKS. */
int tl_fd_watcher_add(struct tl_fd *fd);

/* Makes the watcher look at all entries anew. */
void tl_fd_watcher_wake(void);

/* raise: makes the descriptor readable.  lower: makes it not so; false: it was
 * not readable. */
void tl_fd_watcher_raise(struct tl_fd *fd);
bool tl_fd_watcher_lower(struct tl_fd *fd);

/* Whether a call on the object would not wait. */
bool tl_fd_watcher_sees(const struct tl_handle *handle);

#endif
