/*
 * Wait: for the first of many objects, and by the event loops of others.
 * Part of tidelock.h.
 */
#ifndef TIDELOCK_WAIT_H
#define TIDELOCK_WAIT_H

#include "public/core.h"

/* Something to wait for, along with others.  A handle: until its queue or end
 * of a pipe has a message or is closed, its process has ended, its event is
 * set, its latch is open.  Or, where the handle is NULL, something outside of
 * shared memory: then `look` does what can be done without waiting, and returns
 * 1 where it is ready; else 0, with descriptors to wait for in `polled`, at
 * most TL_LOOK_MOST of them, and their number in *count; or a status.  It gets
 * *state.  Where that has become NULL the wait ends with TL_DROPPED, since
 * tl_idle_run may close what is waited for. */
struct pollfd;
#define TL_LOOK_MOST 130
struct tl_waitable {
    const struct tl_handle *handle;
    int (*look)(void *state, struct pollfd *polled, unsigned *count);
    void *const *state;
    bool ready; /* out */
};
/* `look` for a listener: a caller can be accepted; for a channel: as
 * tl_channel_poll; for a command: it has ended. */
int tl_listener_look(void *state, struct pollfd *polled, unsigned *count);
int tl_channel_look(void *state, struct pollfd *polled, unsigned *count);
int tl_command_poll(void *state, struct pollfd *polled, unsigned *count);

/* A descriptor for other event loops: it is readable while a shared object is
 * ready, as tl_wait_any means it.  When another task was faster it may be
 * readable for a moment though a call would wait.  It belongs to the thread
 * that opened it, and means nothing in a child.  Results as of tl_wait_any
 * (TL_NOT_WAITABLE ...); TL_SYSTEM; TL_NO_TASKS: watching takes a slot. */
struct tl_fd;
int tl_fd_open(struct tl_fd **out, const struct tl_handle *handle);
int tl_fd_number(const struct tl_fd *fd); /* -1: of another process, or ended */
void tl_fd_close(struct tl_fd *fd);
/* The handle is about to be closed, and descriptors of the object with it. */
void tl_fd_end(const struct tl_handle *handle);
/* The object is ready for ever, and is not looked at any more. */
void tl_fd_finish(const struct tl_handle *handle);
/* After an operation of this thread that may have left the object not ready. */
void tl_fd_settle_slow(const struct tl_handle *handle);
extern _Thread_local unsigned tl_fds; /* how many this thread has */
static inline void tl_fd_settle(const struct tl_handle *handle)
{
    if (__builtin_expect(tl_fds != 0, 0))
        tl_fd_settle_slow(handle);
}

/* Sleeps until at least one of the descriptors is ready (`revents` say which),
 * or the deadline.  A ready descriptor beats a deadline that is over.  TL_OK,
 * also where none is ready but callbacks ran or something was sent: look again;
 * TL_TIMEOUT, TL_SYSTEM. */
int tl_descriptor_wait(struct pollfd *polled, size_t count,
                       tl_deadline deadline);

/* Waits until at least one of them is ready: how many are.  TL_TIMEOUT;
 * TL_NO_MEMORY; and TL_NOT_WAITABLE, TL_NOT_STARTED, TL_SELF and what a look
 * returned, with *wrong the index. */
int tl_wait_any(struct tl_waitable *waitables, uint32_t count, uint32_t *wrong,
                tl_deadline deadline);

#endif
