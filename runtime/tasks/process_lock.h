/*
 * Process lock: the lock over what the threads of one process share outside
 * the arenas: which spaces are mapped, and where; commands; socket files.
 *
 * Nothing is waited for while it is held (but the exec of a command that
 * starts, which no fork may come between), and no guard is taken.  A fork takes
 * it first, so that no child is born with it held by a thread that the child
 * does not have.
 */
#ifndef TL_PRIVATE_H
#define TL_PRIVATE_H

/* Once, before there are threads. */
void tl_process_lock_make(void);

void tl_process_lock_take(void);
void tl_process_lock_drop(void);

#endif
