/*
 * Remote: what the C files of tidelock_remote share.
 *
 * The module links nothing of tidelock.so: what it needs of it comes as a table
 * of functions (lua/remote.h) when it is opened.
 */
#ifndef TL_REMOTE_H
#define TL_REMOTE_H

#include <lua.h>

struct remote_core;

/* That table; set when the module is first opened. */
extern const struct remote_core *remote_core_here;

/* Each enters its functions into the table at the top, which is what
 * require "remote.client" returns. */
void remote_sessions_open(lua_State *L);
void remote_connections_open(lua_State *L);
void remote_objects_open(lua_State *L);

/* Pushes the module's own require. */
void remote_modules_push_require(lua_State *L);
/* Its modules also have what is at the top, under that name; it is taken. */
void remote_modules_add(lua_State *L, const char *name);
/* Makes both. */
void remote_modules_open(lua_State *L);

/* Pushes the text of the engine's library, as FUNCTION LOAD takes it. */
void remote_modules_push_library(lua_State *L);

/* Raises the text at the top, which needs no position. */
int remote_raise(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
