/*
 * Gate: functions of the C library that a fork must not find half-way.
 *
 * os.date and os.time (the time zone) and os.setlocale have locks that a fork
 * does not know.  A child forked while another thread is in one of them would
 * wait for ever in its first call of the same.  So a thread that calls one
 * holds the gate, and a fork waits for it.  (io.popen, os.execute: shell.h;
 * math.random: random.h.)
 *
 * Limits: C modules that call such functions, and functions that a script kept
 * from before it loaded the module, go by the gate.
 */
#ifndef TL_GATE_H
#define TL_GATE_H

#include <lua.h>

/* Replaces these functions of the state by ones that hold the gate. */
void libc_lock_open(lua_State *L);

/* Some instructions that a fork must not find half-way. */
void libc_lock_take(void);
void libc_lock_drop(void);

/* The thread ends, in whatever it was in the middle of. */
void libc_lock_abandon(void);

#endif
