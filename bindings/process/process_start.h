/*
 * Process start: how ipc.process and ipc.thread make a task and start it.
 */
#ifndef TL_PROCESS_START_H
#define TL_PROCESS_START_H

#include <lua.h>

#include "tidelock.h"

/* The process or thread at index; raises where there is none. */
struct tl_handle *process_check(lua_State *L, int index);

/* The functions ipc.process and ipc.thread; the method start; and the functions
 * ipc.spawn and ipc.spawn_thread. */
int process_new(lua_State *L);
int process_new_thread(lua_State *L);
int process_start(lua_State *L);
int process_spawn(lua_State *L);
int process_spawn_thread(lua_State *L);

#endif
