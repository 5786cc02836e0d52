#include "codec/encode_value.h"

#include "codec/by_name.h"
#include "codec/classes.h"
#include "codec/format.h"
#include "codec/function.h"
#include "lua/object.h"

static bool encode_integer(struct encoder *encoder, lua_Integer n)
{
    unsigned char *at = scratch_room(encoder->scratch, 9);
    if (!at)
        return refusal_memory(&encoder->refusal);
    uint64_t bits = format_little64((uint64_t)n);
    uint32_t bits32 = format_little32((uint32_t)n);
    uint16_t bits16 = format_little16((uint16_t)n);
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
    bits = format_little64(bits);
    at[0] = TAG_FLOAT;
    memcpy(at + 1, &bits, sizeof bits);
    encoder->scratch->size += 9;
    return true;
}

static bool is_integer(lua_State *L, int index, lua_Integer n)
{
    return lua_isinteger(L, index) && lua_tointeger(L, index) == n;
}

static void write_counts(unsigned char *at, uint32_t list, uint32_t pairs)
{
    list = format_little32(list);
    pairs = format_little32(pairs);
    memcpy(at, &list, sizeof list);
    memcpy(at + sizeof list, &pairs, sizeof pairs);
}

/* The list first, then the pairs: as lua_next goes, which gives 1, 2, 3 ...
 * first where they lie in the table's array.  Other integers travel as pairs.
 */
static bool encode_content(struct encoder *encoder, int index,
                           const struct place *place)
{
    lua_State *L = encoder->L;
    struct scratch *scratch = encoder->scratch;
    size_t counts_at = scratch->size;
    if (!scratch_room(scratch, FORMAT_COUNTS))
        return refusal_memory(&encoder->refusal);
    scratch->size += FORMAT_COUNTS;

    int key = lua_gettop(L) + 1;
    struct place field = {.outer = place, .kind = PLACE_FIELD, .index = key};
    struct place in_key = {.outer = place, .kind = PLACE_KEY};
    uint32_t list = 0, pairs = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (pairs == 0 && is_integer(L, key, (lua_Integer)list + 1)) {
            list++;
        } else {
            pairs++;
            if (!encode_value(encoder, key, &in_key))
                return false;
        }
        if (!encode_value(encoder, key + 1, &field))
            return false;
        lua_settop(L, key);
    }
    write_counts(scratch->bytes + counts_at, list, pairs);
    return true;
}

/* A table without a metatable.  A registered class that is an upvalue stays
 * that class where it arrives. */
static bool encode_bare(struct encoder *encoder, int index,
                        const struct place *place)
{
    lua_State *L = encoder->L;
    if (place->kind != PLACE_UPVALUE)
        return encode_tag(encoder, TAG_TABLE);
    lua_pushvalue(L, index);
    const char *name = classes_name(L);
    bool done = name ? encode_tag(encoder, TAG_CLASS) &&
                           encode_bytes(encoder, name, lua_rawlen(L, -1))
                     : encode_tag(encoder, TAG_TABLE);
    lua_pop(L, 1);
    return done;
}

/* Writes the tag, which says whether a metatable follows the table, and the
 * name of the table if it is a registered class. */
static bool encode_dressed(struct encoder *encoder, int index)
{
    lua_State *L = encoder->L;
    bool dressed = lua_getmetatable(L, index);
    if (dressed)
        lua_pop(L, 1);
    lua_pushvalue(L, index);
    const char *name = classes_name(L);
    bool done = encode_tag(encoder, dressed ? TAG_DRESSED
                                    : name  ? TAG_CLASS
                                            : TAG_TABLE);
    if (dressed || name)
        done = done && encode_bytes(encoder, name ? name : "",
                                    name ? lua_rawlen(L, -1) : 0);
    lua_pop(L, 1);
    return done;
}

/* Whether the table is written by encode_dressed. */
static bool is_dressed(const struct encoder *encoder, int index)
{
    return encoder->classes ||
           (encoder->environment && classes_is_foreign(encoder->L, index));
}

static bool encode_metatable(struct encoder *encoder, int index,
                             const struct place *outer)
{
    lua_State *L = encoder->L;
    struct place place = {.outer = outer, .kind = PLACE_METATABLE};
    if (!is_dressed(encoder, index) || !lua_getmetatable(L, index))
        return true;
    bool done = encode_value(encoder, lua_gettop(L), &place);
    if (done)
        lua_pop(L, 1);
    return done;
}

/* Writes the tag, and the metatable's name where there is one. */
static bool encode_class(struct encoder *encoder, int index,
                         const struct place *place)
{
    lua_State *L = encoder->L;
    if (is_dressed(encoder, index))
        return encode_dressed(encoder, index);
    if (!lua_getmetatable(L, index))
        return encode_bare(encoder, index, place);
    const char *name = classes_name(L);
    if (!name)
        return encode_refuse(encoder, index, place, REFUSAL_METATABLE);
    size_t length = lua_rawlen(L, -1);
    bool done =
        encode_tag(encoder, TAG_CLASSED) && encode_bytes(encoder, name, length);
    lua_pop(L, 1);
    return done;
}

static bool encode_table(struct encoder *encoder, int index,
                         const struct place *place)
{
    if (!encode_enter(encoder, index, place) ||
        !encode_class(encoder, index, place) ||
        !encode_content(encoder, index, place) ||
        !encode_metatable(encoder, index, place))
        return false;
    encoder->depth--;
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

static bool encode_object(struct encoder *encoder, int index,
                          const struct place *place)
{
    const struct tl_handle *handle = object_test(encoder->L, index);
    if (!handle || handle->kind == TL_KIND_JOB)
        return encode_refuse(encoder, index, place, REFUSAL_TYPE);
    if (!(encoder->allow & CODEC_OBJECTS))
        return encode_refuse(encoder, index, place, REFUSAL_BARRED);
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
        if (encoder->environment || encoder->classes)
            return encode_perhaps_named(encoder, index, place, type);
        return encode_identified(encoder, index, place, type);
    default:
        if (encoder->environment || encoder->classes)
            return encode_perhaps_named(encoder, index, place, type);
        return encode_refuse(encoder, index, place, REFUSAL_TYPE);
    }
}
