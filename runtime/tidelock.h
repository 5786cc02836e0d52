/*
 * Tidelock: processes, queues, pipes, locks and their kin over shared memory.
 *
 * This is the public C interface and the only header a program needs; the Lua
 * bindings use nothing else.  tl_init makes one arena of shared memory and
 * enters the calling process as its first task ("main"); tl_process_start
 * forks, and parent and child go on as two tasks over the same objects.
 *
 * Promises
 *   - A task may be killed at any instruction.  The others notice, repair what
 *     it left half-done, and go on; what it held is passed on as abandoned.
 *   - Every blocking call takes a deadline and evaluates its own predicate: a
 *     wake that came in time is never reported as a time limit.
 *   - Nothing is printed and nothing exits.  Results are of enum tl_status.
 *
 * Conventions
 *   - Objects are reached by handles, which a task owns: struct tl_handle is
 *     filled by tl_X_new or tl_handle_open and must be given back by
 *     tl_handle_close.  An object lives while any task has a handle to it or a
 *     message carries it.  A fork copies handles like other memory.
 *   - `deadline` is a moment on the monotonic clock, in nanoseconds, or
 *     TL_FOREVER, or TL_NOW (0) to try without waiting.
 *   - A call with a NULL handle->object returns TL_DROPPED.
 *   - Every call may return TL_FOREIGN or TL_FOREIGN_THREAD, and every blocking
 *     call TL_STUCK or TL_INTERRUPTED, and in a thread TL_CANCELLED, besides
 *     what it lists.
 *   - Names of objects and tasks are cut to TL_NAME_SIZE - 1 bytes.
 */
#ifndef TIDELOCK_H
#define TIDELOCK_H

#include "public/core.h"

#include "public/channel.h"
#include "public/command.h"
#include "public/data.h"
#include "public/explore.h"
#include "public/jobs.h"
#include "public/locks.h"
#include "public/process.h"
#include "public/queue.h"
#include "public/recording.h"
#include "public/simulate.h"
#include "public/space.h"
#include "public/trace.h"
#include "public/view.h"
#include "public/wait.h"

#endif
