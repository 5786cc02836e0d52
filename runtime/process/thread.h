/*
 * Thread: a task on a thread of its creator's process.
 *
 * Its object is a struct tl_process of the kind TL_KIND_THREAD: join, result,
 * relatives and all else that does not signal are those of process/process.
 * Its slot is a task's like any other, so that its death is noticed, and its
 * waits are reported, as a process's are.
 *
 * The creator claims the slot, packs the job into the object, and only then
 * starts the thread, which enters the slot; so the words of one thread are
 * never written by another of the same process, but as the table of tasks
 * allows to any task.
 *
 * A thread cannot be ended from outside, but asked to end: `cancelled` in its
 * object is seen by its next wait, which fails (wait/checkpoint).  It ends by
 * itself, or with its process: by then, or by a SIGKILL at any moment, the
 * kernel has marked the life of each of its threads, and other processes settle
 * their debts.
 *
 * Limits: what ends the thread alone, behind the runtime's back (pthread_exit
 * in a C module), is noticed like a death, but its exit code stays unknown.
 */
#ifndef TL_THREAD_H
#define TL_THREAD_H

#include "process/process.h"

#endif
