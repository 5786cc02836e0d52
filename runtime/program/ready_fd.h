/*
 * Ready fd: a descriptor that is readable while an object in shared memory is
 * ready, for event loops of others.
 *
 * The kernel knows nothing of our objects, and another process cannot reach a
 * descriptor of this one.  So a process that has such descriptors has a thread
 * besides, the watcher: a task without a name, which waits for all their
 * objects as tl_wait_any does, and writes to the eventfd of each that is ready.
 * Every wake that it is chosen for it passes on, so it takes nothing from those
 * who wait.  It counts as nobody in a deadlock, since it ends no wait.
 *
 * The owner lowers a descriptor when an operation of its own has left the
 * object not ready.  The watcher looks at raised descriptors now and then, and
 * lowers those whose object others have left not ready.  So a descriptor may be
 * readable for a moment (at most FALSE_AT_MOST) though a call would wait: take
 * without waiting.
 *
 * `raised` and the eventfd's count change together only by whoever changes
 * `raised` by an exchange.
 *
 * An entry is the owner's until tl_fd_close, which waits until the watcher has
 * let go of it.  That takes a turn of the watcher, and tl_fd_close wakes it
 * from the only wait that it does.  A child inherits descriptors that mean
 * nothing there, and asks for its own.
 *
 * Limits: the watcher takes a slot in the program's table of tasks, and one in
 * that of each space whose objects it looks at, while there is any descriptor
 * to raise.
 */
#ifndef TL_READY_FD_H
#define TL_READY_FD_H

#include "tidelock.h"

#endif
