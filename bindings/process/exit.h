/*
 * Exit: how the main script ends, and what os.exit does in any task.
 *
 * The end of the main script waits for its children, however it comes: by the
 * last line, by os.exit, by lua_close.  A thread and a child end as thread.h
 * and child.h say.
 */
#ifndef TL_EXIT_H
#define TL_EXIT_H

#include <signal.h>
#include <stdbool.h>

#include <lua.h>

/* Replaces os.exit, and makes the closing of the state end the main script.
 * Call it before anything makes finalizers: its own is to run after those. */
void exit_open(lua_State *L);

/* What the closing of the main script's state does, where it is not closed. */
void exit_end(lua_State *L);

/* With `on`, a total deadlock raises instead of ending the program: for a REPL.
 */
void exit_interactive(bool on);

/* Calls that first when os.exit ends the main script; NULL: nothing. */
void exit_before(void (*end)(void));

/* Calls that first when os.exit is called, in whatever task. */
void exit_first(void (*leave)(void));

/* Calls that last where the program ends at once (see exit_leaving). */
void exit_restoring(void (*restore)(void));

/* Calls that after the report of a total deadlock, before the program ends by
 * it, in the task that has found it. */
void exit_after_report(void (*told)(void));

/* Calls that, with the exit status, before the program ends at once: by such a
 * report, or interrupted. */
void exit_leaving(void (*leave)(int status));

/* Calls that once the main script has ended, before its state is closed. */
void exit_then(void (*function)(lua_State *L));

/* What has interrupted the program: SIGINT (Ctrl-C), or a signal that ends it.
 */
extern volatile sig_atomic_t exit_interrupt_signal;

/* The exit status of a program that was interrupted: 130 after Ctrl-C. */
int exit_interrupt_status(void);

/* What it says last: a line. */
const char *exit_interrupt_words(void);

/* Ends this process as one that was interrupted: after Ctrl-C with status 130,
 * else by the signal that ends it, as if nobody had heard that.
 * Async-signal-safe, as the two above. */
_Noreturn void exit_interrupt_die(void);

/* Ends the program so: its other processes, and what is recorded, first.  Not
 * in a handler of a signal. */
_Noreturn void exit_interrupt(void);

/* In a child: a total deadlock ends the program again. */
void exit_forget(lua_State *L);

#endif
