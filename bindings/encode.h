/*
 * Encode: one Lua value after the other into a scratch, laid out as format.h
 * says.  False everywhere: the value is refused, and encoder->refusal tells.
 *
 * Nothing here makes a Lua object or runs Lua code, so the tables that it goes
 * through stay as they are.
 */
#ifndef TL_ENCODE_H
#define TL_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <lua.h>

#include "codec.h"
#include "format.h"
#include "refusal.h"
#include "scratch.h"

struct encoder {
    lua_State *L;
    struct scratch *scratch;
    unsigned allow;
    struct codec_codes *codes; /* or NULL */
    uint32_t numbered;         /* values with a number so far */
    int depth;
    bool classes; /* tables travel with their metatables: see CODEC_CLASSES */
    bool environment; /* within a function's own environment */
    struct refusal refusal;
};

/* `index` is absolute in all of these. */
bool encode_value(struct encoder *encoder, int index,
                  const struct place *place);
bool encode_bytes(struct encoder *encoder, const char *bytes, size_t size);
bool encode_tag(struct encoder *encoder, int tag);
bool encode_tag_number(struct encoder *encoder, int tag, uint64_t number);

/* Whether the value is a table with a metatable that is not registered. */
bool encode_is_foreign_table(lua_State *L, int index);

/* Refers back to what was seen, whose tag from now on says TAG_KEPT. */
bool encode_back(struct encoder *encoder, const struct seen *seen, int tag);

/* Gives the value whose tag comes next the next number. */
bool encode_number(struct encoder *encoder, uint64_t identity);

/* One level deeper, with room on the stack; encoder->depth-- leaves it. */
bool encode_enter(struct encoder *encoder, int index,
                  const struct place *place);

static inline bool encode_refuse(struct encoder *encoder, int index,
                                 const struct place *place,
                                 enum refusal_reason reason)
{
    return refusal_note(&encoder->refusal, encoder->L, index, place, reason);
}

/* function.c: a function, Lua or C, seen for the first time. */
bool encode_function(struct encoder *encoder, int index,
                     const struct place *place);

/* named.c: writes the value at `index` as something that the receiver has
 * too, by name.  *done: whether it is such a thing. */
bool encode_named(struct encoder *encoder, int index, bool *done);

/* Whether the value at `index` is the table of globals. */
bool encode_is_globals(lua_State *L, int index);

/* Whether it is a table that holds nothing: in its place functions are asked,
 * for __newindex and __index, which have a variable in common, and of which the
 * second uses the globals.  Such an environment adds to the globals, as test
 * frameworks have it: all that they are can seldom be copied.  Where a table
 * takes what is assigned, or nothing does, it is one of its own. */
bool encode_adds_to_globals(lua_State *L, int index);

#endif
