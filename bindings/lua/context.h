/*
 * Context: what the Lua of this thread is in the middle of, a wait or the
 * making of an object, for callees that no argument tells.
 */
#ifndef TL_CONTEXT_H
#define TL_CONTEXT_H

#include <stdbool.h>

#include <lua.h>

/* The state that is about to wait, for the line in reports; NULL: none. */
extern _Thread_local lua_State *context_state;

/* The same state, mostly: a look is cheaper than a store. */
static inline void context_set(lua_State *L)
{
    if (context_state != L)
        context_state = L;
}

/* Where the next constructor makes its object: in this space, under this name.
 * Only space.c sets it, around a constructor, with the collector stopped, since
 * finalizers make objects too. */
struct making {
    unsigned space; /* 0: in the program */
    bool any;       /* an existing object of other size or options will do */
    const char *name;
};
extern _Thread_local struct making context_making;

#endif
