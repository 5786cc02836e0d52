/*
 * Gate: functions of the C library that a fork must not find half-way.
 *
 * os.date and os.time (the time zone), os.setlocale and io.popen have locks
 * that a fork does not know.  A child forked while another thread is in one of
 * them would wait for ever in its first call of the same.  So a thread that
 * calls one holds the gate, and a fork waits for it.
 *
 * Limits: os.execute, io.lines and handles of io.popen that are closed take
 * such locks for some instructions, without the gate; so do C modules, and
 * functions that a script kept from before it loaded the module.
 */
#ifndef TL_GATE_H
#define TL_GATE_H

#include <lua.h>

/* Replaces these functions of the state by ones that hold the gate. */
void gate_open(lua_State *L);

#endif
