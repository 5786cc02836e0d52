/*
 * Refusal: why a value does not travel, in words, with the path to it.
 *
 * The encoder meets what it refuses deep inside a value.  There it calls
 * refusal_note, which writes the path into plain memory.  It leaves the refused
 * value on top of the stack and returns false all the way up.  Once it has
 * given back what it took, refusal_push makes the Lua string, which may raise.
 */
#ifndef TL_REFUSAL_H
#define TL_REFUSAL_H

#include <stdbool.h>

#include <lua.h>

/* Where in the values the encoder stands: a list from the innermost place to
 * the root.  Each place lies in the frame of the C function that goes through
 * it. */
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
    REFUSAL_TYPE, /* no value of its type travels, nor does a C function */
    REFUSAL_METATABLE,
    REFUSAL_CLOSED,
    REFUSAL_DEPTH,
    REFUSAL_BARRED, /* this message may hold no function, or no object */
    REFUSAL_SPACE,  /* it goes to a space, which may hold no function, and none
                     * of the program's own objects */
    REFUSAL_FAR,    /* a far object, to where its space is not known */
    REFUSAL_NEAR,   /* an object of this machine, to another */
    REFUSAL_MEMORY
};

enum { REFUSAL_PATH_SIZE = 400 };

struct refusal {
    enum refusal_reason reason;
    char path[REFUSAL_PATH_SIZE];
};

/* Notes the refusal of the value at index; always false. */
bool refusal_note(struct refusal *refusal, lua_State *L, int index,
                  const struct place *place, enum refusal_reason reason);
bool refusal_memory(struct refusal *refusal);

/* Has tables with the metatable at the top refused with this reason. */
void refusal_explain(lua_State *L, const char *reason);

/* Cuts the stack back to `top` and pushes the message.  May raise. */
void refusal_push(const struct refusal *refusal, lua_State *L, int top);

#endif
