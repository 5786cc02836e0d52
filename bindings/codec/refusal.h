/*
 * Refusal: why a value does not travel, in words, with the path to it.
 *
 * The encoder meets what it refuses deep inside a value.  There it calls
 * refusal_note, which writes the path into plain memory, leaves the refused
 * value on top of the stack and returns false all the way up.  Only when the
 * encoder has given back what it took, refusal_push makes the Lua string: it
 * may raise.
 */
#ifndef TL_REFUSAL_H
#define TL_REFUSAL_H

#include <stdbool.h>

#include <lua.h>

/* Where in the values the encoder stands: a list from the innermost place to
 * the root, each in the frame of the C function that goes through it. */
struct place {
    const struct place *outer;
    enum {
        PLACE_ROOT,
        PLACE_FIELD,
        PLACE_KEY,
        PLACE_UPVALUE,
        PLACE_METATABLE
    } kind;
    const char *name; /* of the root or the upvalue */
    int index;        /* of the root: 0 where it is the only one;
                         of a field: the stack index of its key */
};

enum refusal_reason {
    REFUSAL_TYPE, /* the refused value's type says it all */
    REFUSAL_METATABLE,
    REFUSAL_CLOSED,
    REFUSAL_DEPTH,
    REFUSAL_BARRED, /* functions or objects where they are not allowed */
    REFUSAL_SPACE,  /* the same on the way into a space */
    REFUSAL_MEMORY
};

enum { REFUSAL_PATH_SIZE = 400 };

struct refusal {
    enum refusal_reason reason;
    char path[REFUSAL_PATH_SIZE];
};

/* Always false. */
bool refusal_note(struct refusal *refusal, lua_State *L, int index,
                  const struct place *place, enum refusal_reason reason);
bool refusal_memory(struct refusal *refusal);

/* Tables with the metatable at the top do not travel, for this reason. */
void refusal_explain(lua_State *L, const char *reason);

/* Cuts the stack back to `top` and pushes the message.  May raise. */
void refusal_push(const struct refusal *refusal, lua_State *L, int top);

#endif
