/*
 * Exit: how the main script ends, and os.exit in any task.
 *
 * The end of the main script waits for its children, however it comes: by the
 * last line, by os.exit, by lua_close.  A thread and a child end as thread.h
 * and child.h have it.
 */
#ifndef TL_EXIT_H
#define TL_EXIT_H

#include <signal.h>
#include <stdbool.h>

#include <lua.h>

/* Replaces os.exit, and ends the main script when the state is closed: before
 * whatever else makes finalizers, as this is to run after theirs. */
void exit_open(lua_State *L);

/* A total deadlock raises, instead of ending the program: for a REPL. */
void exit_interactive(bool on);

/* The exit status of a program that is interrupted: 130, as by Ctrl-C, unless
 * another signal does it. */
extern volatile sig_atomic_t exit_interrupt_status;

/* In a child: a total deadlock ends the program. */
void exit_forget(lua_State *L);

#endif
