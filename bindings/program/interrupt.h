/*
 * Interrupt: what Ctrl-C does to the program.
 *
 * A script ends: one line on stderr, every task killed, exit status 130, and
 * no pcall of the script can hold that up.  In a REPL the running chunk raises
 * "interrupted!" instead.  Either way the signal handler only makes the task
 * look: blocking calls of the runtime return, and a hook stops a loop at its
 * next instruction.  Where neither comes to pass within a second, a script is
 * ended from a signal handler; a second Ctrl-C does so at once.
 *
 * Only the process that called interrupt_watch behaves so.  A fork of it that
 * kept the handler dies by the signal, silently, as its terminal expects.
 *
 * Limits: a loop inside a coroutine has no hook, so in a REPL only the second
 * Ctrl-C stops it, and the REPL with it.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

#include <lua.h>

/* From now on; `interactive`: raise in the chunk, do not end the program. */
void interrupt_watch(lua_State *L, bool interactive);

/* SIGTERM, too, is to end the program so, also a REPL, with status 143: as PID
 * 1 of a container, where it is how whoever runs it ends it.  After the above.
 */
void interrupt_watch_termination(void);

/* The state is about to be closed: no hook may be set in it any more. */
void interrupt_release(void);

/* Whether Ctrl-C came and nothing has answered it yet. */
bool interrupt_pending(void);

/* Answers it: ends the program, or in a REPL forgets it and returns whether
 * there was one.  Call where a chunk has come back. */
bool interrupt_take(void);

#endif
