/*
 * Objects: one function a binding, which enters its constructors into the
 * table at the top of the stack.
 */
#ifndef TL_OBJECTS_H
#define TL_OBJECTS_H

#include <lua.h>

void open_lock(lua_State *L);
void open_semaphore(lua_State *L);
void open_event(lua_State *L);
void open_barrier(lua_State *L);
void open_value(lua_State *L);
void open_queue(lua_State *L);
void open_pipe(lua_State *L);
void open_process(lua_State *L);
void open_command(lua_State *L);
void open_latch(lua_State *L);
void open_rlock(lua_State *L);
void open_rwlock(lua_State *L);
void open_condition(lua_State *L);
void open_array(lua_State *L);
void open_buffer(lua_State *L);
void open_table(lua_State *L);
void open_space(lua_State *L);
void open_pool(lua_State *L);
void open_any(lua_State *L);
void open_receive(lua_State *L);
void open_fd(lua_State *L);
void open_ps(lua_State *L);

void open_connection(lua_State *L);
void open_listener(lua_State *L);

#endif
