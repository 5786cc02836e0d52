/*
 * Door: the way to tidelock_remote, the module that has the objects of other
 * machines.
 *
 * It is a library of its own, since it alone needs hiredis and OpenSSL, and is
 * loaded where an address or a message names it.  It gets what it needs of this
 * one as a table of functions, and links nothing of it.
 *
 * A far object is a userdata whose metatable bears a mark, and whose uservalue
 * is its record: a plain table, with the id of its space at index 1.  The
 * record is what a message carries.
 */
#ifndef TL_DOOR_H
#define TL_DOOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

#include "far/mark.h"

struct outside;
struct pollfd;

#define DOOR_CORE_VERSION 4

struct door_core {
    unsigned version;
    /* As tl_descriptor_wait. */
    int (*wait)(struct pollfd *polled, size_t count, int64_t deadline);
    /* Before a call that may wait: which state's handlers of signals run, and
     * what is told of the wait. */
    void (*enter)(lua_State *L);
    /* Raises what a status of `wait` means. */
    int (*fail)(lua_State *L, int status);
    /* Whether the world is simulated. */
    bool (*is_simulated)(void);
    /* What this task is called. */
    const char *(*name)(void);
    /* As local_object_add_outside. */
    void (*add_outside)(lua_State *L, const struct outside *outside);
    /* As door_mark. */
    void (*mark)(lua_State *L);
    /* Whether what this task does is recorded; and a call of the function with
     * all arguments whose line is told then: the results. */
    bool (*is_recorded)(void);
    int (*call_recorded)(lua_State *L, lua_CFunction function);
    /* Called as a process ends in good order, and as a task that has ended is
     * about to join children: set by the module. */
    void (**at_end)(void);
    void (**at_join)(void);
    /* Functions for the Lua of the module, ended by NULL: struct luaL_Reg. */
    const void *functions;
};

typedef int door_recorded_call(lua_State *L, lua_CFunction function);

/* As call_recorded, of a thread that is recorded; NULL: nothing is.  Relaxed:
 * each thread that is recorded sets the same before it calls anything. */
extern _Atomic(door_recorded_call *) door_call_recorded;

/* What the module gets; set once. */
extern const struct door_core *door_core;

/* Pushes the module's function of that name; loads the module first.  Raises
 * where it is not there, and says what to install. */
void door_push(lua_State *L, const char *name);

/* `require "tidelock_remote"` finds the module as door_push does. */
void door_open(lua_State *L);

/* Whether it begins as an address does: a word and a colon. */
bool door_is_address(const char *text);

/* Calls tidelock_remote's function of that name with all arguments, and returns
 * what that returns. */
int door_call(lua_State *L, const char *name);

/* Arguments: the address, and perhaps a table of options.  Returns the space.
 */
int door_open_address(lua_State *L);

/* What the process says to other machines before it ends in good order. */
void door_end(void);
void (**door_at_end(void))(void);

#endif
