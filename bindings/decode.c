#include "decode.h"

#include <limits.h>
#include <stdlib.h>

#include <lauxlib.h>

#include "codec.h"
#include "userdata.h"

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

/* The objects are held by the copy, from which the rest of the message takes
 * them. */
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

static void push_string(struct decoder *decoder, uint64_t size)
{
    if (size > (size_t)(decoder->end - decoder->at))
        decode_corrupt(decoder);
    const unsigned char *bytes = decode_take(decoder, (size_t)size);
    lua_pushlstring(decoder->L, (const char *)bytes, (size_t)size);
}

static void push_integer(struct decoder *decoder, int tag)
{
    uint64_t bits;
    uint16_t bits16;
    lua_Integer n;
    switch (tag) {
    case TAG_INT8:
        n = (int8_t)decode_byte(decoder);
        break;
    case TAG_INT16:
        memcpy(&bits16, decode_take(decoder, sizeof bits16), sizeof bits16);
        n = (int16_t)format_little16(bits16);
        break;
    case TAG_INT32:
        n = (int32_t)decode_u32(decoder);
        break;
    default:
        memcpy(&bits, decode_take(decoder, sizeof bits), sizeof bits);
        n = (lua_Integer)format_little64(bits);
    }
    lua_pushinteger(decoder->L, n);
}

static void push_float(struct decoder *decoder)
{
    uint64_t bits;
    lua_Number n;
    memcpy(&bits, decode_take(decoder, sizeof bits), sizeof bits);
    bits = format_little64(bits);
    memcpy(&n, &bits, sizeof n);
    lua_pushnumber(decoder->L, n);
}

static void push_object(struct decoder *decoder, int tag)
{
    uint32_t number = decoder->numbered++;
    uint64_t at = decode_varint(decoder);
    if (!(decoder->allow & CODEC_OBJECTS))
        luaL_error(decoder->L, "this message holds an object of another "
                               "program, which is not accepted");
    if (at >= decoder->ref_count)
        decode_corrupt(decoder);
    luaL_checkstack(decoder->L, 12, NULL);
    if (decoder->copied)
        lua_rawgeti(decoder->L, decoder->copied, (lua_Integer)at + 2);
    else
        object_push(decoder->L, decoder->refs[at]);
    decode_keep(decoder, tag, number);
}

static void push_spaced(struct decoder *decoder, int tag)
{
    lua_State *L = decoder->L;
    uint32_t number = decoder->numbered++;
    uint64_t object_number = decode_varint(decoder);
    int kind = decode_byte(decoder);
    uint64_t identity = decode_varint(decoder);
    luaL_checkstack(L, 12, NULL);
    decode_string(decoder);
    decode_string(decoder);
    if (!(decoder->allow & CODEC_OBJECTS))
        luaL_error(L, "this message holds an object of a space, which is not "
                      "accepted");
    object_push_named(L, lua_tostring(L, -2), identity, lua_tostring(L, -1),
                      kind, object_number);
    lua_replace(L, -3);
    lua_pop(L, 1);
    decode_keep(decoder, tag, number);
}

static void push_long(struct decoder *decoder, int tag)
{
    uint32_t number = decoder->numbered++;
    push_string(decoder, decode_varint(decoder));
    decode_keep(decoder, tag, number);
}

/* What can be no string is not begun: it could hold another place for a
 * string, and so on without an end. */
void decode_string(struct decoder *decoder)
{
    int tag = decode_byte(decoder);
    if ((tag < TAG_SHORT || tag >= TAG_NIL) && tag != TAG_STRING &&
        tag != TAG_BACK && (tag & ~TAG_KEPT) != TAG_LONG)
        decode_corrupt(decoder);
    decoder->at--;
    decode_value(decoder);
    if (lua_type(decoder->L, -1) != LUA_TSTRING)
        decode_corrupt(decoder);
}

static void push_numbered(struct decoder *decoder, int tag)
{
    switch (tag & ~TAG_KEPT) {
    case TAG_TABLE:
    case TAG_CLASSED:
    case TAG_CLASS:
    case TAG_DRESSED:
        decode_table(decoder, tag);
        return;
    case TAG_FUNCTION:
        decode_function(decoder, tag);
        return;
    case TAG_CODED:
        decode_coded(decoder, tag);
        return;
    case TAG_OBJECT:
        push_object(decoder, tag);
        return;
    case TAG_SPACED:
        push_spaced(decoder, tag);
        return;
    case TAG_LONG:
        push_long(decoder, tag);
        return;
    }
    decode_corrupt(decoder);
}

static void push_tagged(struct decoder *decoder, int tag)
{
    switch (tag) {
    case TAG_NIL:
        lua_pushnil(decoder->L);
        return;
    case TAG_FALSE:
    case TAG_TRUE:
        lua_pushboolean(decoder->L, tag == TAG_TRUE);
        return;
    case TAG_INT8:
    case TAG_INT16:
    case TAG_INT32:
    case TAG_INT64:
        push_integer(decoder, tag);
        return;
    case TAG_FLOAT:
        push_float(decoder);
        return;
    case TAG_STRING:
        push_string(decoder, decode_varint(decoder));
        return;
    case TAG_BACK:
        decode_back(decoder);
        return;
    case TAG_GLOBALS:
    case TAG_MODULE:
    case TAG_FIELD:
        decode_named(decoder, tag);
        return;
    default:
        push_numbered(decoder, tag);
    }
}

void decode_value(struct decoder *decoder)
{
    int tag = decode_byte(decoder);
    if (tag < TAG_SHORT)
        lua_pushinteger(decoder->L, tag);
    else if (tag < TAG_NIL)
        push_string(decoder, (uint64_t)(tag - TAG_SHORT));
    else
        push_tagged(decoder, tag);
}

void decode_begin(struct decoder *decoder)
{
    int header = decode_byte(decoder);
    if ((header & ~FORMAT_SHARED) != FORMAT_HEADER)
        decode_corrupt(decoder);
    luaL_checkstack(decoder->L, 12, NULL);
    if (header & FORMAT_SHARED) {
        lua_newtable(decoder->L);
        decoder->kept = lua_gettop(decoder->L);
    }
}

int codec_decode_held(lua_State *L, const void *data, size_t size,
                      const tl_ref *refs, size_t ref_count, unsigned allow,
                      struct codec_hold *hold)
{
    struct decoder decoder = {.L = L,
                              .at = data,
                              .end = (const unsigned char *)data + size,
                              .refs = refs,
                              .ref_count = ref_count,
                              .allow = allow,
                              .hold = hold};
    decode_begin(&decoder);
    int count = 0;
    if (allow & CODEC_CLASSES) {
        decode_classes(&decoder);
        count++;
    }
    for (; decoder.at < decoder.end; count++) {
        luaL_checkstack(L, 12, "too many values in a message");
        decode_value(&decoder);
    }
    if (decoder.kept > 0)
        lua_remove(L, decoder.kept);
    return count;
}

int codec_decode(lua_State *L, const void *data, size_t size,
                 const tl_ref *refs, size_t ref_count, unsigned allow)
{
    return codec_decode_held(L, data, size, refs, ref_count, allow, NULL);
}

int codec_decode_list(lua_State *L, const struct tl_parcel *parcel,
                      unsigned allow, int list, lua_Integer from,
                      struct codec_hold *hold)
{
    const unsigned char *bytes = parcel->data;
    struct decoder decoder = {.L = L,
                              .at = bytes,
                              .end = bytes + parcel->size,
                              .refs = parcel->refs,
                              .ref_count = parcel->ref_count,
                              .allow = allow,
                              .hold = hold};
    decode_begin(&decoder);
    int count = 0;
    for (; decoder.at < decoder.end; count++) {
        decode_value(&decoder);
        lua_rawseti(L, list, from + count);
    }
    if (decoder.kept > 0)
        lua_remove(L, decoder.kept);
    return count;
}
