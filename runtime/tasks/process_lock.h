/*
 * Process lock: the lock over what the threads of one process share outside
 * the arenas: which spaces are mapped, and where; commands; socket files.
 *
 * Its holder waits for nothing (but for a command's start up to its exec,
 * during which no other fork may come), and takes no guard.  A fork takes it
 * first, so that no child is born with it held by a thread that the child does
 * not have; but for one by the holder itself: ThreadSanitizer makes a fork of
 * the vfork of a command's start.
 */
#ifndef TL_PROCESS_LOCK_H
#define TL_PROCESS_LOCK_H

/* Once, before there are threads. */
void tl_process_lock_make(void);

void tl_process_lock_take(void);
void tl_process_lock_drop(void);

#endif
