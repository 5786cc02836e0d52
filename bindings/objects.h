/*
 * Objects: what opens the binding of each object, wherever it lies: one
 * function a binding, which enters the binding's constructors into the table at
 * the top of the stack.  To add a binding, declare its function here, and call
 * it in module.c.
 */
#ifndef TL_OBJECTS_H
#define TL_OBJECTS_H

#include <lua.h>

void lock_open(lua_State *L);
void semaphore_open(lua_State *L);
void event_open(lua_State *L);
void barrier_open(lua_State *L);
void value_open(lua_State *L);
void queue_open(lua_State *L);
void pipe_open(lua_State *L);
void process_open(lua_State *L);
void on_signal_open(lua_State *L);
void signal_object_open(lua_State *L);
void command_open(lua_State *L);
void latch_open(lua_State *L);
void rlock_open(lua_State *L);
void rwlock_open(lua_State *L);
void condition_open(lua_State *L);
void array_open(lua_State *L);
void buffer_open(lua_State *L);
void table_open(lua_State *L);
void space_open(lua_State *L);
void pool_open(lua_State *L);
void wait_any_open(lua_State *L);
void receive_open(lua_State *L);
void fd_open(lua_State *L);
void ps_open(lua_State *L);

void connection_open(lua_State *L);
void listener_open(lua_State *L);

/* ipc.repl: what the program does for it, for the function that has called it;
 * raises where it cannot.  NULL: this is no program of ours.  Set once, before
 * there is a second task. */
extern void (*stop_here_serve)(lua_State *L);
void stop_here_open(lua_State *L);

#endif
