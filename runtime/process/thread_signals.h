/*
 * Thread signals: which of a process's signals its threads take.
 *
 * A signal that is sent to a process goes to any of its threads that has it not
 * blocked: to another than main where main blocks it, as it does between a look
 * and a sleep, and in a handler.  But the handlers of a script's modules are
 * written for main alone: luaposix's keeps a count and a hook of main's state,
 * and loses a signal where another thread writes both while main does.  So the
 * threads of the runtime leave to main all that others send.
 *
 * What a thread gets for what it does itself stays its own: faults, and what a
 * write or a terminal answers.  So do SIGPROF, for profilers that look at each
 * thread, and TL_PARK_SIGNAL, which calls a thread.
 *
 * Limits: what a thread sends to itself alone (raise, pthread_kill) it never
 * takes.  A thread that the runtime has not made takes what it likes.
 */
#ifndef TL_THREAD_SIGNALS_H
#define TL_THREAD_SIGNALS_H

#include <signal.h>

/* In the creator, around the creation: the new thread begins with what a thread
 * blocks.  `before`: what the creator has blocked. */
void tl_thread_signals_begin(sigset_t *before);
void tl_thread_signals_end(const sigset_t *before);

/* In the thread: what a child of it begins with again, by whatever fork. */
void tl_thread_signals_adopt(const sigset_t *inherited);

#endif
