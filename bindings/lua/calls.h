/*
 * Calls: has every function of the API replaced by another one, that of the
 * module and those of the objects, also of objects to come.
 *
 * The other one is to be a closure that begins with the upvalues of the
 * function F that it replaces, and calls F in the same frame: so F finds what
 * it had, and names and lines in its errors are what they were.
 */
#ifndef TL_CALLS_H
#define TL_CALLS_H

#include <lua.h>

/* How a call is written. */
enum calls_form {
    CALLS_METHOD,   /* the object is the first argument */
    CALLS_FUNCTION, /* of the module */
    CALLS_FILE,     /* of io, and os: the file is the first argument, and is
                       shown as the object anyway */
    CALLS_LENGTH,   /* #q: Lua passes the operand twice */
    CALLS_GET,      /* t[k] */
    CALLS_SET,      /* t[k] = v */
    CALLS_PROPERTY, /* lock.holder: the first argument is not the object */
    CALLS_RESULT    /* the call itself says nothing */
};

/* Replaces the C function at the top of the stack, or leaves it. */
typedef void calls_wrapper(lua_State *L, const char *name,
                           enum calls_form form);

/* Of the module at that index, and of the objects. */
void calls_wrap(lua_State *L, int module, calls_wrapper *with);

/* Afterwards: the same of commands, their streams, connections and listeners.
 */
void calls_wrap_registered(lua_State *L);

/* What is a C function in the table at the top; in its field. */
void calls_wrap_all(lua_State *L, enum calls_form form);
void calls_wrap_field(lua_State *L, const char *field, const char *name,
                      enum calls_form form);

/* For a wrapper: pushes the upvalues of the function at the top, and makes room
 * for that many more; how many. */
int calls_push_upvalues(lua_State *L, int room);

#endif
