/*
 * Helper thread: a thread that serves its process from behind: it is no task,
 * takes no signals, and is joined by nobody.
 *
 * It runs as its start returns, since who starts one is often about to fork:
 * while a thread begins, it holds locks of libraries.  glibc's own are taken
 * over by fork; those of an allocator without handlers for it (ASan's) would
 * stay locked in the child for ever.  Once it runs, its user keeps it from
 * allocating amid a fork by a lock of his own.
 */
#ifndef TL_HELPER_THREAD_H
#define TL_HELPER_THREAD_H

#include "tidelock.h" /* where it is declared, for bindings too */

#endif
