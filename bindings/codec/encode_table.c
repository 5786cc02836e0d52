#include "codec/encode_table.h"

#include <endian.h>

#include "codec/classes.h"
#include "codec/format.h"

static bool is_integer(lua_State *L, int index, lua_Integer n)
{
    return lua_isinteger(L, index) && lua_tointeger(L, index) == n;
}

static void write_counts(unsigned char *at, uint32_t list, uint32_t pairs)
{
    list = htole32(list);
    pairs = htole32(pairs);
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
            if (!encoder->value(encoder, key, &in_key))
                return false;
        }
        if (!encoder->value(encoder, key + 1, &field))
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
    bool done = encoder->value(encoder, lua_gettop(L), &place);
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

bool encode_table(struct encoder *encoder, int index, const struct place *place)
{
    if (!encode_enter(encoder, index, place) ||
        !encode_class(encoder, index, place) ||
        !encode_content(encoder, index, place) ||
        !encode_metatable(encoder, index, place))
        return false;
    encoder->depth--;
    return true;
}
