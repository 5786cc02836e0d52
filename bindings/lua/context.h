/*
 * Context: what the Lua of this thread is in the middle of.
 */
#ifndef TL_CONTEXT_H
#define TL_CONTEXT_H

#include <stdbool.h>

#include <lua.h>

/* The state that is about to wait, for the line in reports; NULL: none. */
extern _Thread_local lua_State *context_state;

/* Where the next constructor makes its object: in this space, under the name
 * at the top of the stack.  Set around a constructor by space.c alone, with the
 * collector stopped, since finalizers make objects too. */
struct making {
    unsigned space; /* 0: in the program */
    bool any;       /* an object of other size or options will do */
    const char *name;
};
extern _Thread_local struct making context_making;

#endif
