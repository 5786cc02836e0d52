#include "codec/decode_table.h"

#include <limits.h>
#include <stdlib.h>

#include <lauxlib.h>

#include "codec/classes.h"
#include "codec/format.h"

/* The table on top of the stack gets its list and its pairs. */
static void fill_table(struct decoder *decoder, uint32_t list, uint32_t pairs)
{
    lua_State *L = decoder->L;
    int table = lua_gettop(L);
    for (uint32_t i = 1; i <= list; i++) {
        decoder->owed--;
        decoder->value(decoder);
        lua_rawseti(L, table, i);
    }
    for (uint32_t i = 0; i < pairs; i++) {
        decoder->owed -= 2;
        decoder->value(decoder);
        if (lua_isnil(L, -1) || !lua_rawequal(L, -1, -1)) /* nil or NaN */
            decode_corrupt(decoder);
        decoder->value(decoder);
        lua_rawset(L, table);
    }
}

/* Pushes a table with its content; `make`, or NULL, pushes the empty table. */
static void push_content(struct decoder *decoder, int tag,
                         void (*make)(struct decoder *decoder))
{
    lua_State *L = decoder->L;
    uint32_t number = decoder->numbered++;
    decode_enter(decoder);
    if ((tag & ~TAG_KEPT) != TAG_TABLE)
        decode_string(decoder);
    uint32_t list = decode_u32(decoder);
    uint32_t pairs = decode_u32(decoder);
    uint64_t claim = (uint64_t)list + (uint64_t)pairs * 2;
    size_t left = (size_t)(decoder->end - decoder->at);
    if (left < decoder->owed || claim > left - decoder->owed ||
        list > INT_MAX || pairs > INT_MAX)
        decode_corrupt(decoder);
    if (make)
        make(decoder);
    else
        lua_createtable(L, (int)list, (int)pairs);
    decode_keep(decoder, tag, number);
    decoder->owed += (size_t)claim;
    fill_table(decoder, list, pairs);
    decoder->depth--;
}

static void push_table(struct decoder *decoder, int tag)
{
    push_content(decoder, tag, NULL);
}

/* Raises that there is no such class here; its name is at the top. */
_Noreturn static void refuse_class(lua_State *L)
{
    const char *name = lua_tostring(L, -1);
    lua_pushvalue(L, -1);
    const char *reason = classes_reason(L);
    if (reason)
        luaL_error(L,
                   "cannot receive a table of class \"%s\": the class did not "
                   "come into this thread (%s)",
                   name, reason);
    luaL_error(L,
               "cannot receive a table of class \"%s\": call "
               "ipc.register(\"%s\", metatable) in the receiver first",
               name, name);
    abort();
}

/* Sets the metatable last, when nothing can fail any more. */
static void push_classed(struct decoder *decoder, int tag)
{
    lua_State *L = decoder->L;
    push_table(decoder, tag);
    lua_pushvalue(L, -2);
    classes_metatable(L);
    if (!lua_istable(L, -1)) {
        lua_pushvalue(L, -3);
        refuse_class(L);
    }
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

/* The name is on top of the stack, or "".  Pushes a copy of the class; among
 * classes the class itself, registered at once, since what it holds may refer
 * to it. */
static void make_class(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    if (!decoder->dressed) {
        lua_newtable(L);
        if (lua_rawlen(L, -2) > 0)
            classes_copy(L);
        return;
    }
    lua_pushvalue(L, -1);
    classes_metatable(L);
    if (lua_istable(L, -1))
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    if (lua_rawlen(L, -2) > 0)
        classes_add(L, -2, -1);
}

/* Among classes.  Pops the metatable at the top, and notes it with the table
 * below it: `dress` sets it when all metatables are whole.  If it had no __gc
 * yet, the table would never be finalized. */
static void dress_later(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    lua_Integer n = (lua_Integer)lua_rawlen(L, decoder->dressed);
    lua_rawseti(L, decoder->dressed, n + 2);
    lua_pushvalue(L, -1);
    lua_rawseti(L, decoder->dressed, n + 1);
}

static void push_dressed(struct decoder *decoder, int tag)
{
    lua_State *L = decoder->L;
    if (!(decoder->allow & CODEC_FUNCTIONS))
        decode_corrupt(decoder);
    push_content(decoder, tag, make_class);
    lua_remove(L, -2);
    decode_enter(decoder);
    decoder->value(decoder);
    decoder->depth--;
    if (!lua_istable(L, -1))
        decode_corrupt(decoder);
    if (decoder->dressed)
        dress_later(decoder);
    else
        lua_setmetatable(L, -2);
}

static void dress(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    lua_Integer count = (lua_Integer)lua_rawlen(L, decoder->dressed);
    for (lua_Integer i = 1; i < count; i += 2) {
        lua_rawgeti(L, decoder->dressed, i);
        lua_rawgeti(L, decoder->dressed, i + 1);
        lua_setmetatable(L, -2);
        lua_pop(L, 1);
    }
    lua_remove(L, decoder->dressed);
    decoder->dressed = 0;
}

static void push_class(struct decoder *decoder, int tag)
{
    if (!(decoder->allow & CODEC_FUNCTIONS))
        decode_corrupt(decoder);
    push_content(decoder, tag, make_class);
    lua_remove(decoder->L, -2);
}

void decode_table(struct decoder *decoder, int tag)
{
    switch (tag & ~TAG_KEPT) {
    case TAG_CLASSED:
        push_classed(decoder, tag);
        return;
    case TAG_CLASS:
        push_class(decoder, tag);
        return;
    case TAG_DRESSED:
        push_dressed(decoder, tag);
        return;
    default:
        push_table(decoder, tag);
    }
}

void decode_table_classes(struct decoder *decoder)
{
    luaL_checkstack(decoder->L, 12, NULL);
    lua_newtable(decoder->L);
    decoder->dressed = lua_gettop(decoder->L);
    decoder->value(decoder);
    dress(decoder);
}
