/*
 * Remote: what the C files of tidelock_remote share.
 *
 * The module links nothing of tidelock.so: what it needs of it comes as a table
 * of functions (far/door.h) when it is opened.
 */
#ifndef TL_REMOTE_H
#define TL_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

struct door_core;
struct tl_caller;
struct tl_session;

/* That table; set when the module is first opened. */
extern const struct door_core *remote_core;

/* ---- sessions ---- */

/* The session that is argument 1, and this thread's caller in it, for a request
 * that begins.  Raises where it is lost, or cannot be opened in this process;
 * remote_session_enter_by returns NULL where the deadline came before. */
struct tl_session *remote_session_check(lua_State *L);
struct tl_caller *remote_session_enter(lua_State *L);
struct tl_caller *remote_session_enter_by(lua_State *L, int64_t deadline);

/* A deadline as Lua has it: seconds, or nil for never. */
int64_t remote_session_deadline(lua_State *L, int index);

/* The metatable of sessions is at the top; it is taken. */
void remote_session_class(lua_State *L);

/* Raises what a call that failed with `status` means. */
int remote_session_fail(lua_State *L, struct tl_session *session,
                        const char *why, int status);

/* Pushes the session's userdata, always the same in a state. */
void remote_session_push(lua_State *L, struct tl_session *session);

/* Functions of Lua: open(address [, options]), session(uid); and the methods
 * pack, unpack and free of sessions. */
int remote_session_open(lua_State *L);
int remote_session_find(lua_State *L);
int remote_value_pack(lua_State *L);
int remote_value_unpack(lua_State *L);
int remote_value_free(lua_State *L);

/* ---- the collector ---- */

/* Calls the function at 1 with what is above it, and returns what that returns:
 * no finalizer runs amid it, where that could raise: see collector.c. */
int remote_collector_call(lua_State *L);

/* Before a request: while the collector rests because of that, has it do its
 * part; raises nothing. */
void remote_collector_work(lua_State *L);

/* call(handler, fn, ...): as xpcall, for functions of the script: finalizers
 * run amid them. */
int remote_collector_script(lua_State *L);

/* ---- the parts of the module ---- */

/* Each enters its functions into the table at the top, which is what
 * require "remote.client" returns. */
void remote_sessions_open(lua_State *L);
void remote_connections_open(lua_State *L);
void remote_objects_open(lua_State *L);
void remote_digest_open(lua_State *L);

/* Its modules also have what is at the top, under that name; it is taken. */
void remote_modules_add(lua_State *L, const char *name);
/* Calls module.name with all arguments, and returns what that returns. */
int remote_modules_call(lua_State *L, const char *module, const char *name);
/* The table at the top has `require` too. */
void remote_modules_offer(lua_State *L);
/* Makes all this. */
void remote_modules_open(lua_State *L);

/* Pushes the text of the engine's library, as FUNCTION LOAD takes it. */
void remote_modules_push_library(lua_State *L);

/* Raises the text at the top, which needs no position. */
int remote_raise(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
