/*
 * Process: what the parts of ipc.process and ipc.thread share.
 */
#ifndef TL_BINDINGS_PROCESS_H
#define TL_BINDINGS_PROCESS_H

#include <lua.h>

#include "tidelock.h"

/* ---- process.c ---- */

/* The process or thread at index; raises where there is none. */
struct tl_handle *process_check(lua_State *L, int index);

/* ---- process_start.c ---- */

/* ipc.process and ipc.thread; a method; ipc.spawn and ipc.spawn_thread */
int process_new(lua_State *L);
int thread_new(lua_State *L);
int process_start(lua_State *L);
int process_spawn(lua_State *L);
int thread_spawn(lua_State *L);

#endif
