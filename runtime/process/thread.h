/*
 * Thread: a task on a thread of its creator's process.
 *
 * Its object is a struct tl_process of the kind TL_KIND_THREAD: join, result,
 * relatives and all else that does not signal are those of process/process.
 * Its slot is a task's like any other, so that its death is noticed, and its
 * waits are reported, as a process's are.
 *
 * The creator claims the slot, packs the job into the object, and only then
 * starts the thread, which enters the slot.  So a thread's words are written by
 * other threads of its process only as tasks/task allows it to any task.
 *
 * Nobody can end a thread from outside, but only ask it to end: its next wait
 * sees `cancelled` in its object, and fails (wait/checkpoint).  A thread ends
 * by itself, or with its process.  When a process ends, also by a SIGKILL, the
 * kernel marks the life of each of its threads, and other processes settle
 * their debts.
 *
 * Limits: what ends the thread alone, behind the runtime's back (pthread_exit
 * in a C module), is noticed like a death, but its exit code stays unknown.
 */
#ifndef TL_THREAD_H
#define TL_THREAD_H

#include "process/process.h"

#endif
