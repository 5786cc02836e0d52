/*
 * Libc lock: a lock around functions of the C library that a fork must not find
 * half-way.
 *
 * os.date and os.time (for the time zone) and os.setlocale take locks inside
 * the C library.  A child that is forked while another thread is in one of them
 * would wait for ever in its first call of the same.  So a thread holds this
 * lock, the gate, while it calls one, and a fork waits for the gate.  (For
 * io.popen and os.execute: shell.h; for math.random: random.h.)
 *
 * Limits: C modules that call such functions do not take the gate, nor do
 * functions that a script has kept from before it loaded the module.
 */
#ifndef TL_LIBC_LOCK_H
#define TL_LIBC_LOCK_H

#include <lua.h>

/* Replaces these functions of the state by ones that hold the gate. */
void libc_lock_open(lua_State *L);

/* Some instructions that a fork must not find half-way. */
void libc_lock_take(void);
void libc_lock_drop(void);

/* The thread ends, in whatever it was in the middle of. */
void libc_lock_abandon(void);

#endif
