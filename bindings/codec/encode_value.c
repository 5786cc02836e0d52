#include "codec/encode_value.h"

#include <endian.h>

#include <lauxlib.h>

#include "codec/by_name.h"
#include "codec/encode_table.h"
#include "codec/format.h"
#include "codec/function.h"
#include "lua/compat.h"
#include "lua/object.h"
#include "far/mark.h"

static bool encode_integer(struct encoder *encoder, lua_Integer n)
{
    unsigned char *at = scratch_room(encoder->scratch, 9);
    if (!at)
        return refusal_memory(&encoder->refusal);
    uint64_t bits = htole64((uint64_t)n);
    uint32_t bits32 = htole32((uint32_t)n);
    uint16_t bits16 = htole16((uint16_t)n);
    size_t size;
    if (n >= 0 && n < TAG_SHORT) {
        at[0] = (unsigned char)n;
        size = 1;
    } else if (n == (int8_t)n) {
        at[0] = TAG_INT8;
        at[1] = (unsigned char)n;
        size = 2;
    } else if (n == (int16_t)n) {
        at[0] = TAG_INT16;
        memcpy(at + 1, &bits16, sizeof bits16);
        size = 3;
    } else if (n == (int32_t)n) {
        at[0] = TAG_INT32;
        memcpy(at + 1, &bits32, sizeof bits32);
        size = 5;
    } else {
        at[0] = TAG_INT64;
        memcpy(at + 1, &bits, sizeof bits);
        size = 9;
    }
    encoder->scratch->size += size;
    return true;
}

static bool encode_float(struct encoder *encoder, lua_Number n)
{
    unsigned char *at = scratch_room(encoder->scratch, 9);
    if (!at)
        return refusal_memory(&encoder->refusal);
    uint64_t bits;
    memcpy(&bits, &n, sizeof bits);
    bits = htole64(bits);
    at[0] = TAG_FLOAT;
    memcpy(at + 1, &bits, sizeof bits);
    encoder->scratch->size += 9;
    return true;
}

/* Writes an object of a space that goes elsewhere. */
static bool encode_spaced(struct encoder *encoder,
                          const struct tl_handle *handle)
{
    const char *space = tl_space_name(handle->arena);
    char name[TL_NAME_SIZE];
    uint64_t number = tl_handle_name(handle, name);
    return encode_tag_number(encoder, TAG_SPACED, number) &&
           encode_tag_number(encoder, handle->kind,
                             tl_space_identity(handle->arena)) &&
           encode_bytes(encoder, space, strlen(space)) &&
           encode_bytes(encoder, name, strlen(name));
}

/* Whether the record at the top is of a space that the message may name. */
static bool is_welcome(struct encoder *encoder)
{
    lua_State *L = encoder->L;
    if (!(encoder->allow & CODEC_FAR))
        return (encoder->allow & CODEC_OBJECTS) &&
               CODEC_ARENA_OF(encoder->allow) == 0;
    bool same = lua_rawgeti(L, -1, 1) == LUA_TSTRING && door_space &&
                strcmp(lua_tostring(L, -1), door_space) == 0;
    lua_pop(L, 1);
    return same;
}

/* Writes a far object: the first item of its uservalue is its record. */
static bool encode_far(struct encoder *encoder, int index,
                       const struct place *place)
{
    lua_State *L = encoder->L;
    int top = lua_gettop(L);
    if (!encode_enter(encoder, index, place))
        return false;
    if (lua_getiuservalue(L, index, 1) != LUA_TTABLE ||
        lua_rawgeti(L, -1, 1) != LUA_TTABLE || !is_welcome(encoder)) {
        lua_settop(L, top);
        return encode_refuse(encoder, index, place, REFUSAL_FAR);
    }
    if (!encode_tag(encoder, TAG_FAR) ||
        !encode_value(encoder, lua_gettop(L), place))
        return false;
    lua_settop(L, top);
    encoder->depth--;
    return true;
}

static enum refusal_reason barred(const struct encoder *encoder)
{
    return encoder->allow & CODEC_FAR ? REFUSAL_NEAR : REFUSAL_BARRED;
}

static bool encode_object(struct encoder *encoder, int index,
                          const struct place *place)
{
    if (door_is_far(encoder->L, index))
        return encode_far(encoder, index, place);
    const struct tl_handle *handle = object_test(encoder->L, index);
    if (!handle || handle->kind == TL_KIND_JOB)
        return encode_refuse(encoder, index, place, REFUSAL_TYPE);
    if (!(encoder->allow & CODEC_OBJECTS))
        return encode_refuse(encoder, index, place, barred(encoder));
    tl_ref ref = tl_handle_ref(handle);
    if (ref == 0)
        return encode_refuse(encoder, index, place, REFUSAL_CLOSED);
    if (handle->arena != CODEC_ARENA_OF(encoder->allow))
        return handle->arena
                   ? encode_spaced(encoder, handle)
                   : encode_refuse(encoder, index, place, REFUSAL_SPACE);
    uint32_t at;
    if (!scratch_ref(encoder->scratch, ref, &at))
        return refusal_memory(&encoder->refusal);
    return encode_tag_number(encoder, TAG_OBJECT, at);
}

/* Writes a value that has an identity; its next occurrence is a reference back.
 */
static bool encode_identified(struct encoder *encoder, int index,
                              const struct place *place, int type)
{
    uint64_t identity = (uintptr_t)lua_topointer(encoder->L, index);
    const struct seen *seen =
        scratch_seen(encoder->scratch, identity, SEEN_VALUE);
    if (seen)
        return encode_back(encoder, seen, TAG_BACK);
    if (!encode_number(encoder, identity))
        return false;
    if (type == LUA_TTABLE)
        return encode_table(encoder, index, place);
    if (type == LUA_TFUNCTION)
        return function_encode(encoder, index, place);
    return encode_object(encoder, index, place);
}

/* Writes a value that perhaps goes by name: within a function's environment, a
 * table that the receiver has too; anywhere, what could not travel itself.
 * Classes must arrive themselves, even those that are modules. */
static bool encode_perhaps_named(struct encoder *encoder, int index,
                                 const struct place *place, int type)
{
    lua_State *L = encoder->L;
    bool named = false;
    if (!lua_checkstack(L, 12))
        return refusal_memory(&encoder->refusal);
    if (type == LUA_TTABLE && encoder->environment &&
        by_name_adds_to_globals(L, index))
        return encode_tag(encoder, TAG_GLOBALS);
    if ((type != LUA_TTABLE || encoder->environment) &&
        !by_name_encode(encoder, index, &named))
        return false;
    if (named)
        return true;
    if (type == LUA_TLIGHTUSERDATA || type == LUA_TTHREAD)
        return encode_refuse(encoder, index, place, REFUSAL_TYPE);
    return encode_identified(encoder, index, place, type);
}

/* Whether the userdata, which is none of the runtime's, says that the receiver
 * has it.  The field is looked for by going through all, since a name for
 * lua_getfield would need memory, and an error must not leave from here. */
static bool goes_by_name(lua_State *L, int index)
{
    int top = lua_gettop(L);
    bool found = false;
    if (object_test(L, index) || door_is_far(L, index) ||
        !lua_checkstack(L, 3) || !lua_getmetatable(L, index))
        return false;
    lua_pushnil(L);
    while (!found && lua_next(L, top + 1)) {
        found = lua_type(L, -2) == LUA_TSTRING &&
                strcmp(lua_tostring(L, -2), "__by_name") == 0;
        lua_pop(L, 1);
    }
    lua_settop(L, top);
    return found;
}

bool encode_value(struct encoder *encoder, int index, const struct place *place)
{
    lua_State *L = encoder->L;
    int type = lua_type(L, index);
    switch (type) {
    case LUA_TNIL:
        return encode_tag(encoder, TAG_NIL);
    case LUA_TBOOLEAN:
        return encode_tag(encoder,
                          lua_toboolean(L, index) ? TAG_TRUE : TAG_FALSE);
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            return encode_integer(encoder, lua_tointeger(L, index));
        return encode_float(encoder, lua_tonumber(L, index));
    case LUA_TSTRING: {
        size_t size;
        const char *bytes = lua_tolstring(L, index, &size);
        return encode_bytes(encoder, bytes, size);
    }
    case LUA_TTABLE:
    case LUA_TFUNCTION:
    case LUA_TUSERDATA:
        if (encoder->environment || encoder->classes ||
            (type == LUA_TUSERDATA && goes_by_name(L, index)))
            return encode_perhaps_named(encoder, index, place, type);
        return encode_identified(encoder, index, place, type);
    default:
        if (encoder->environment || encoder->classes)
            return encode_perhaps_named(encoder, index, place, type);
        return encode_refuse(encoder, index, place, REFUSAL_TYPE);
    }
}
