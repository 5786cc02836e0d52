/*
 * Userdata: the objects of the runtime as Lua values.
 *
 * The check of an argument is two loads and a comparison; nothing is looked up
 * by a string.  The same object is the same userdata in a task (a weak table of
 * them, by reference), so == and table keys work.
 */
#ifndef TL_USERDATA_H
#define TL_USERDATA_H

#include <stdbool.h>
#include <stdint.h>

#include <lauxlib.h>
#include <lua.h>

#include "lua/compat.h"
#include "lua/object.h"
#include "tidelock.h"

/* A property of objects of a kind: pushes its value for the handle. */
struct property {
    const char *name;
    void (*push)(lua_State *L, const struct tl_handle *handle);
};

/*
 * What scripts see of a kind: constant.  One table look-up finds a method,
 * since a call goes through it; only then properties are looked for; any other
 * name raises.
 *
 * For a name that the table of methods lacks, Lua calls that table's own
 * __index, and gives it the table, not the object.  So each object of a kind
 * with properties has a metatable of its own, whose __index knows the object.
 * Kinds whose objects are made more often than called (`made_often`) have one
 * metatable for all; its __index is a function, and a call costs twice as much.
 */
struct class
{
    const luaL_Reg *methods;
    const luaL_Reg *metamethods;       /* or NULL */
    const struct property *properties; /* or NULL */
    lua_CFunction newindex;            /* or NULL: no field can be set */
    lua_CFunction index;               /* or NULL; its upvalue: the methods */
    bool made_often;
    /* or NULL: what this task is to do before it is told that the object is
     * ready; it may run callbacks */
    void (*before_ready)(const struct tl_handle *object);
};
void object_class(lua_State *L, enum tl_kind_id kind,
                  const struct class *class);

/* What the object's class has to do before a call says that it is ready. */
void object_before_ready(const struct tl_handle *object);

/* Calls `wrap` with each metatable of objects at the top of the stack: those
 * that the state has, those of its objects, and those that will be made in this
 * process.  More than once for some. */
void object_wrap_with(lua_State *L, void (*wrap)(lua_State *L));

/* Pushes an object whose handle is still empty, for tl_X_new to fill. */
struct tl_handle *object_new(lua_State *L, enum tl_kind_id kind);

/* Ends a constructor.  The object at index has its handle now; or the call
 * failed with `status`, which raises. */
void object_made(lua_State *L, int index, const char *call, int status);

/* The constructor of a kind whose objects take a name and nothing else. */
int object_make(lua_State *L, enum tl_kind_id kind,
                int (*make)(struct tl_handle *out, const char *name));

/* Whether the new object will be the first of its name in a space.  Then make
 * it without the name, fill it, and call tl_space_enter: so nobody finds it
 * half-filled. */
bool object_named_late(const struct tl_handle *object, const char *name);

/* Raises that a name stands for another object in a space, the one of this
 * handle, and closes that. */
int object_mismatch(lua_State *L, struct tl_handle *handle, const char *call);

/* Pushes an object of a kind that is not known yet.  The runtime fills the
 * handle; then object_settle makes the object what scripts see.  Lua may run
 * out of memory at either step: the userdata is there before the handle, so the
 * collector closes that.  Where this task has the same object already, that
 * userdata takes its place at the top. */
struct tl_handle *object_reserve(lua_State *L);
void object_settle(lua_State *L);

/* Pushes the object that is known for the reference; false: nothing. */
bool object_recall(lua_State *L, tl_ref ref);

/* Closes the object of this handle for a script; error messages can still name
 * it. */
void object_close(struct tl_handle *handle);

/* Pushes the object that a message carries. */
void object_push(lua_State *L, tl_ref ref);

/* The same for an object of a space: the space is known by name and identity,
 * the object by name and as that kind's number-th.  Raises where that is gone.
 */
void object_push_named(lua_State *L, const char *space, uint64_t identity,
                       const char *name, int kind, uint64_t number);

/* Raises where the argument is no such object. */
struct tl_handle *object_check_slow(lua_State *L, int index,
                                    enum tl_kind_id kind);

static inline struct tl_handle *object_check(lua_State *L, int index,
                                             enum tl_kind_id kind)
{
    struct object *object = lua_touserdata(L, index);
    /* a light userdata has no length */
    if (object && lua_rawlen(L, index) >= sizeof(struct object) &&
        object->magic == OBJECT_MAGIC + (uint64_t)kind)
        return &object->handle;
    return object_check_slow(L, index, kind);
}

#endif
