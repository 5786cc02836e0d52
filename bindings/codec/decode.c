#include "codec/decode.h"

#include <stdlib.h>

#include <lauxlib.h>

#include "codec/format.h"
#include "lua/userdata.h"

_Noreturn void decode_corrupt(struct decoder *decoder)
{
    luaL_error(decoder->L, "corrupt message");
    abort();
}

uint64_t decode_varint(struct decoder *decoder)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        int byte = decode_byte(decoder);
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    decode_corrupt(decoder);
}

void decode_keep(struct decoder *decoder, int tag, uint32_t number)
{
    if (!(tag & TAG_KEPT))
        return;
    if (decoder->kept == 0)
        decode_corrupt(decoder);
    lua_pushvalue(decoder->L, -1);
    lua_rawseti(decoder->L, decoder->kept, number);
}

/* The copy holds the objects, and the rest of the message takes them from it.
 */
void decode_let_go(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    struct codec_hold *hold = decoder->hold;
    if (!hold)
        return;
    size_t rest = (size_t)(decoder->end - decoder->at);
    luaL_checkstack(L, 12, NULL);
    lua_createtable(L, (int)decoder->ref_count + 1, 0);
    unsigned char *bytes = lua_newuserdatauv(L, rest + 1, 1);
    memcpy(bytes, decoder->at, rest);
    lua_rawseti(L, -2, 1);
    for (size_t i = 0; i < decoder->ref_count; i++) {
        object_push(L, decoder->refs[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 2);
    }
    lua_replace(L, hold->slot);
    decoder->copied = hold->slot;
    decoder->at = bytes;
    decoder->end = bytes + rest;
    decoder->refs = NULL;
    decoder->hold = NULL;
    hold->let_go(L, hold);
}

void decode_back(struct decoder *decoder)
{
    uint64_t number = decode_varint(decoder);
    if (decoder->kept == 0 || number >= decoder->numbered ||
        lua_rawgeti(decoder->L, decoder->kept, (lua_Integer)number) == LUA_TNIL)
        decode_corrupt(decoder);
}

void decode_enter(struct decoder *decoder)
{
    if (decoder->depth == FORMAT_DEPTH)
        decode_corrupt(decoder);
    luaL_checkstack(decoder->L, 12, "message nested too deeply");
    decoder->depth++;
}

/* Checks the tag first: a value of another type could ask for a string itself,
 * and so on without end. */
void decode_string(struct decoder *decoder)
{
    int tag = decode_byte(decoder);
    if ((tag < TAG_SHORT || tag >= TAG_NIL) && tag != TAG_STRING &&
        tag != TAG_BACK && (tag & ~TAG_KEPT) != TAG_LONG)
        decode_corrupt(decoder);
    decoder->at--;
    decoder->value(decoder);
    if (lua_type(decoder->L, -1) != LUA_TSTRING)
        decode_corrupt(decoder);
}
