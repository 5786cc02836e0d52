#include "codec/decode_value.h"

#include <endian.h>
#include <lauxlib.h>

#include "codec/by_name.h"
#include "codec/codec.h"
#include "codec/decode_table.h"
#include "codec/function.h"
#include "far/mark.h"
#include "lua/userdata.h"

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
        n = (int16_t)le16toh(bits16);
        break;
    case TAG_INT32:
        n = (int32_t)decode_u32(decoder);
        break;
    default:
        memcpy(&bits, decode_take(decoder, sizeof bits), sizeof bits);
        n = (lua_Integer)le64toh(bits);
    }
    lua_pushinteger(decoder->L, n);
}

static void push_float(struct decoder *decoder)
{
    uint64_t bits;
    lua_Number n;
    memcpy(&bits, decode_take(decoder, sizeof bits), sizeof bits);
    bits = le64toh(bits);
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

/* The module's function may do anything, so nothing is borrowed any more. */
static void push_far(struct decoder *decoder, int tag)
{
    lua_State *L = decoder->L;
    uint32_t number = decoder->numbered++;
    decode_enter(decoder);
    decode_value(decoder);
    decoder->depth--;
    if (!(decoder->allow & (CODEC_OBJECTS | CODEC_FAR)))
        luaL_error(L, "this message holds an object of another machine's "
                      "space, which is not accepted");
    if (lua_type(L, -1) != LUA_TTABLE)
        decode_corrupt(decoder);
    decode_let_go(decoder);
    door_arrive(L);
    decode_keep(decoder, tag, number);
}

static void push_long(struct decoder *decoder, int tag)
{
    uint32_t number = decoder->numbered++;
    push_string(decoder, decode_varint(decoder));
    decode_keep(decoder, tag, number);
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
        function_decode(decoder, tag);
        return;
    case TAG_CODED:
        function_decode_coded(decoder, tag);
        return;
    case TAG_OBJECT:
        push_object(decoder, tag);
        return;
    case TAG_SPACED:
        push_spaced(decoder, tag);
        return;
    case TAG_FAR:
        push_far(decoder, tag);
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
        by_name_decode(decoder, tag);
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

void decode_value_begin(struct decoder *decoder)
{
    decoder->value = decode_value;
    int header = decode_byte(decoder);
    if ((header & ~FORMAT_SHARED) != FORMAT_HEADER)
        decode_corrupt(decoder);
    luaL_checkstack(decoder->L, 13, NULL); /* for what is kept, too */
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
    decode_value_begin(&decoder);
    int count = 0;
    if (allow & CODEC_CLASSES) {
        decode_table_classes(&decoder);
        count++;
    }
    for (; decoder.at < decoder.end; count++) {
        if (count > 0) /* there is room for the first */
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
    decode_value_begin(&decoder);
    int count = 0;
    for (; decoder.at < decoder.end; count++) {
        decode_value(&decoder);
        lua_rawseti(L, list, from + count);
    }
    if (decoder.kept > 0)
        lua_remove(L, decoder.kept);
    return count;
}
