/*
 * Signals: functions of the script for what others send to its process
 * (ipc.on_signal).
 *
 * A handler of a signal may do next to nothing: it notes the signal, and sees
 * to it that the task looks.  The task calls the function
 *
 *   where Lua runs      by a hook of the state's main thread, at the next
 *                       instruction; a coroutine has none, and comes to it as
 *                       its next operation begins;
 *   where it waits      as it calls the callbacks of pools (signals/care), and
 * the wait goes on; what the function raises ends the wait.
 *
 * Nothing is lost.  A signal is noted before the task is called, and the note
 * is taken before the function is: what comes meanwhile is noted again. Signals
 * of one kind that come before the function is called are one, as everywhere.
 * Functions do not interrupt each other: the next is called after the first.
 *
 * What the handler touches is async-signal-safe: atomics, the park word, and
 * lua_sethook, which Lua allows at any moment in the thread that runs the state
 * (its own interpreter stops a script so).  It runs with all signals blocked,
 * so that no other handler finds the hook half set; and where the task changes
 * the hook itself, it blocks them too.  Other threads of the process pass the
 * signal on to the one that runs the state.  A fork that has not become a task
 * yet, or never will, gets the default.
 *
 * System calls begin again after it (SA_RESTART): what is not of this module,
 * such as io.read, is not disturbed.  The sleeps of the runtime are no such
 * calls, or wait for the park word.
 */
#ifndef TL_SIGNALS_H
#define TL_SIGNALS_H

#include <stdbool.h>

#include <lua.h>

/* Raises where the script may not ask for signals: in a thread. */
void signals_check_place(lua_State *L, const char *call);

/* Argument 2, a function or nil, becomes that of the signal; what came before
 * is its predecessor's.  Raises what that raises. */
void signals_set_function(lua_State *L, int number);

/* From now on the signal is noted as unread, whether it has a function or not;
 * signals_ignore: no more. */
void signals_listen(lua_State *L, int number);
void signals_ignore(int number);
bool signals_is_listened(int number);

/* Whether it has come; signals_take: and it counts as read. */
bool signals_is_unread(int number);
bool signals_take(int number);

/* In a child: it starts without its parent's functions. */
void signals_forget(lua_State *L);

#endif
