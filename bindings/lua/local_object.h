/*
 * Local object: an object that lies in the memory of one process, such as a
 * connection.  Scripts see it as they see those of userdata.h, but it has no
 * handle, and no message carries it.
 *
 * The userdata holds one pointer, to the object's state; NULL once it was
 * closed.
 */
#ifndef TL_LOCAL_OBJECT_H
#define TL_LOCAL_OBJECT_H

#include <lauxlib.h>
#include <lua.h>

#include "tidelock.h"

/* How ipc.wait, ipc.receive and ipc.fd look at a state: constant.  `take`
 * receives one message without waiting, pushes it and returns TL_OK;
 * TL_TIMEOUT: there is none; other statuses: none will ever come.  `take` is
 * NULL where there are no messages. */
struct outside {
    int (*look)(void *state, struct pollfd *polled, unsigned *count);
    int (*take)(lua_State *L, void **state);
    int (*fd)(void *state); /* for other event loops: see ipc.fd; or NULL */
};

struct local_object_property {
    const char *name;
    void (*push)(lua_State *L, void *state);
};

/* Constant.  `title` pushes what the object is called; its condition, if there
 * is more to tell, follows in tostring.  `drop` frees a state: the collector's
 * call, which must not wait. */
struct local_object_class {
    const char *name;
    const luaL_Reg *methods;
    const struct local_object_property *properties; /* or NULL */
    void (*title)(lua_State *L, const void *state);
    const char *(*condition)(const void *state); /* or NULL */
    void (*drop)(void *state);
    const struct outside *outside; /* for ipc.wait, or NULL */
};

/* Once in a state, before the others. */
void local_object_open(lua_State *L, const struct local_object_class *class);

/* What ipc.wait asks of a class: userdata with the metatable at the top can be
 * waited for; their first word is the state, or NULL once they are closed. */
void local_object_add_outside(lua_State *L, const struct outside *outside);

/* That of the class of the value at index, or NULL. */
const struct outside *local_object_outside(lua_State *L, int index);

/* Pushes an object; the pointer is to be filled. */
void **local_object_new(lua_State *L, const struct local_object_class *class);

/* The pointer in argument 1.  Raises where that is no such object. */
void **local_object_check(lua_State *L, const struct local_object_class *class);

/* The state of argument 1.  Raises where it was closed. */
void *local_object_state(lua_State *L, const struct local_object_class *class,
                         const char *call);

/* The script closes the object: whether its state is to be freed now, and has
 * left the userdata.  Not in a callback: the call that waits may be about it,
 * and then the collector drops it. */
bool local_object_leave(void **state);

/* The timeout at index; what is none raises about argument 1. */
tl_deadline local_object_deadline(lua_State *L, int index,
                                  const struct local_object_class *class,
                                  const char *call);

/* Raises `connection tcp:...: send: ...` about argument 1. */
int local_object_misuse(lua_State *L, const struct local_object_class *class,
                        const char *call, const char *text);

/* As result in support.h; what is no outcome raises about argument 1. */
int local_object_result(lua_State *L, const struct local_object_class *class,
                        const char *call, int status);

#endif
