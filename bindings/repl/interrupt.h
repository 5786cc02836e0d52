/*
 * Interrupt: what Ctrl-C, SIGTERM and SIGHUP do to the program.
 *
 * By Ctrl-C a script ends: one line on stderr, every task killed, exit status
 * 130; no pcall of the script can hold that up.  In a REPL the running chunk
 * raises "interrupted!" instead.  By SIGTERM or SIGHUP both end so, and by that
 * signal: it would end this process alone, and what it and its commands have
 * started would go on.  So does SIGQUIT (Ctrl-\) in a REPL, which leaves the
 * terminal as it was.  Either way the signal handler only makes the task look:
 * blocking calls of the runtime return, and a hook stops a loop at its next
 * instruction.  If a script does neither within a second, a handler of SIGALRM
 * ends it; a second Ctrl-C ends it at once.
 *
 * This holds for the process that called interrupt_watch.  A fork that still
 * has the handler dies by the signal, silently, as its terminal expects.
 *
 * Limits: a loop inside a coroutine has no hook.  So in a REPL only the second
 * Ctrl-C stops it, and the REPL with it, which is told after a second.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>

#include <lua.h>

/* Answers them from now on; `interactive`: Ctrl-C raises in the chunk, and does
 * not end the program. */
void interrupt_watch(lua_State *L, bool interactive);

/* The state is about to be closed: sets no hook in it any more. */
void interrupt_release(void);

/* Whether Ctrl-C came and nothing has answered it yet. */
bool interrupt_pending(void);

/* Whether what came ends the program: in a REPL, that it was no Ctrl-C. */
bool interrupt_ends(void);

/* Answers a Ctrl-C: ends the program, or in a REPL forgets it and returns true;
 * false: there was none.  To be called where a chunk has come back. */
bool interrupt_take(void);

#endif
