/*
 * The encoder writes the bytecode that lua_dump gives, or the number of that
 * code in a store that sender and receivers share, and then each upvalue as a
 * value.  The number of upvalues is known only at the end, so the encoder
 * leaves a byte for it in front of them.
 *
 * An upvalue is a variable, which several functions may share.  So the encoder
 * knows each by its lua_upvalueid: the first function that has it writes its
 * value, each later one a TAG_JOIN to it, and the decoder joins the two.  A
 * variable that the receiver has too goes by name (by_name.h), and _ENV as
 * TAG_GLOBALS where it is the globals, or adds to them.
 *
 * The decoder gives a function its number before it reads the upvalues, since
 * these may refer back to the function.  Where a function has no variables but
 * the globals, one copy of it is as good as another: so the decoder keeps it by
 * the number of its code, and need not load it again for the next message.
 */
#include "codec/function.h"

#include <endian.h>
#include <lauxlib.h>

#include "codec/by_name.h"
#include "codec/format.h"

/* A lua_Writer that appends to the scratch. */
static int write_code(lua_State *L, const void *code, size_t size, void *data)
{
    struct scratch *scratch = data;
    (void)L;
    unsigned char *at = scratch_room(scratch, size);
    if (!at)
        return 1;
    if (size > 0)
        memcpy(at, code, size);
    scratch->size += size;
    return 0;
}

static bool dump(struct encoder *encoder, int index)
{
    lua_pushvalue(encoder->L, index);
    bool dumped = lua_dump(encoder->L, write_code, encoder->scratch, 0) == 0;
    lua_pop(encoder->L, 1);
    return dumped || refusal_memory(&encoder->refusal);
}

static bool encode_code(struct encoder *encoder, int index)
{
    struct scratch *scratch = encoder->scratch;
    size_t start = scratch->size;
    if (!dump(encoder, index))
        return false;
    uint32_t length = htole32((uint32_t)(scratch->size - start));
    memcpy(scratch->bytes + start - sizeof length, &length, sizeof length);
    return true;
}

/* The number of the function's code, or negative: it has none. */
static int64_t number_of(struct encoder *encoder, int index)
{
    struct codec_codes *codes = encoder->codes;
    struct scratch *scratch = encoder->scratch;
    if (!codes)
        return -1;
    bool last = codes->last == lua_topointer(encoder->L, index);
    if (last && codes->last_number >= 0)
        return codes->last_number;
    size_t start = scratch->size;
    bool dumped = dump(encoder, index);
    size_t size = scratch->size - start;
    scratch->size = start;
    int64_t number =
        dumped ? codes->enter(codes, scratch->bytes + start, size) : -1;
    if (last)
        codes->last_number = number;
    return number;
}

/* Writes the code or its number, and leaves a byte at *upvalues_at for the
 * count of the upvalues, which follow. */
static bool encode_body(struct encoder *encoder, int index, size_t *upvalues_at)
{
    struct scratch *scratch = encoder->scratch;
    int64_t number = number_of(encoder, index);
    bool coded = number >= 0;
    if (!(coded ? encode_tag_number(encoder, TAG_CODED, (uint64_t)number)
                : encode_tag(encoder, TAG_FUNCTION)))
        return false;
    *upvalues_at = scratch->size;
    size_t more = coded ? 1 : FORMAT_CODE;
    if (!scratch_room(scratch, more))
        return refusal_memory(&encoder->refusal);
    scratch->size += more;
    return coded || encode_code(encoder, index);
}

static bool encode_join(struct encoder *encoder, const struct seen *seen)
{
    int n = (int)seen->n;
    return encode_back(encoder, seen, TAG_JOIN) && encode_tag(encoder, n);
}

/* Upvalue n, whose value is on top of the stack, of the function at index. */
static bool encode_upvalue(struct encoder *encoder, int index, int n,
                           struct seen function, const char *name,
                           const struct place *outer)
{
    lua_State *L = encoder->L;
    struct scratch *scratch = encoder->scratch;
    struct place place = {.outer = outer, .kind = PLACE_UPVALUE, .name = name};
    bool environment = strcmp(name, "_ENV") == 0;
    if (environment && (by_name_is_globals(L, lua_gettop(L)) ||
                        by_name_adds_to_globals(L, lua_gettop(L))))
        return encode_tag(encoder, TAG_GLOBALS);
    function.identity = (uintptr_t)lua_upvalueid(L, index, n);
    const struct seen *seen =
        scratch_seen(scratch, function.identity, SEEN_UPVALUE);
    if (seen)
        return encode_join(encoder, seen);
    function.kind = SEEN_UPVALUE;
    function.n = (uint32_t)n;
    if (!scratch_see(scratch, function))
        return refusal_memory(&encoder->refusal);
    bool named;
    if (!by_name_encode(encoder, lua_gettop(L), &named))
        return false;
    if (named)
        return true;
    bool outside = encoder->environment;
    encoder->environment = environment || outside;
    bool done = encoder->value(encoder, lua_gettop(L), &place);
    encoder->environment = outside;
    return done;
}

bool function_encode(struct encoder *encoder, int index,
                     const struct place *place)
{
    lua_State *L = encoder->L;
    struct scratch *scratch = encoder->scratch;
    if (!(encoder->allow & CODEC_FUNCTIONS))
        return encode_refuse(encoder, index, place,
                             CODEC_ARENA_OF(encoder->allow) ? REFUSAL_SPACE
                                                            : REFUSAL_BARRED);
    if (lua_iscfunction(L, index))
        return encode_refuse(encoder, index, place, REFUSAL_TYPE);
    struct seen function = {.number = encoder->numbered - 1,
                            .tag_at = (uint32_t)scratch->size};
    size_t upvalues_at;
    if (!encode_enter(encoder, index, place) ||
        !encode_body(encoder, index, &upvalues_at))
        return false;
    int n = 0;
    for (const char *name; (name = lua_getupvalue(L, index, n + 1)); n++) {
        if (!encode_upvalue(encoder, index, n + 1, function, name, place))
            return false;
        lua_pop(L, 1);
    }
    scratch->bytes[upvalues_at] = (unsigned char)n;
    encoder->depth--;
    return true;
}

struct code {
    const char *bytes;
    size_t size;
};

/* A lua_Reader that gives the code in one piece. */
static const char *read_code(lua_State *L, void *data, size_t *size)
{
    struct code *code = data;
    (void)L;
    *size = code->size;
    code->size = 0;
    return code->bytes;
}

/* Joins the n-th upvalue of the function at `index` to the upvalue of another
 * function, which comes next in the message. */
static void join_upvalue(struct decoder *decoder, int index, int n)
{
    lua_State *L = decoder->L;
    decode_back(decoder);
    int other = decode_byte(decoder);
    if (!lua_isfunction(L, -1) || lua_iscfunction(L, -1) ||
        !lua_getupvalue(L, -1, other) || !lua_getupvalue(L, index, n))
        decode_corrupt(decoder);
    lua_pop(L, 2);
    lua_upvaluejoin(L, index, n, lua_gettop(L), other);
    lua_pop(L, 1);
}

static void decode_upvalue(struct decoder *decoder, int index, int n)
{
    lua_State *L = decoder->L;
    if (decode_byte(decoder) == TAG_JOIN) {
        join_upvalue(decoder, index, n);
        return;
    }
    decoder->at--;
    decoder->value(decoder);
    if (!lua_setupvalue(L, index, n))
        decode_corrupt(decoder);
}

static void check_allowed(struct decoder *decoder)
{
    if (!(decoder->allow & CODEC_FUNCTIONS))
        luaL_error(decoder->L, "this message holds a function of another "
                               "program, which is not accepted");
}

/* Loads and pushes the function, gives it its number, and then its upvalues. */
static void push_function(struct decoder *decoder, int tag, uint32_t number,
                          struct code code, int upvalues)
{
    lua_State *L = decoder->L;
    if (lua_load(L, read_code, &code, "=message", "b") != LUA_OK)
        luaL_error(L, "corrupt message: %s", lua_tostring(L, -1));
    decode_keep(decoder, tag, number);
    int function = lua_gettop(L);
    for (int n = 1; n <= upvalues; n++)
        decode_upvalue(decoder, function, n);
}

void function_decode(struct decoder *decoder, int tag)
{
    check_allowed(decoder);
    uint32_t number = decoder->numbered++;
    decode_enter(decoder);
    int upvalues = decode_byte(decoder);
    struct code code = {.size = decode_u32(decoder)};
    code.bytes = (const char *)decode_take(decoder, code.size);
    push_function(decoder, tag, number, code, upvalues);
    decoder->depth--;
}

/* Whether the function has no variables but the globals. */
static bool is_plain(const struct decoder *decoder, int upvalues)
{
    if (decoder->end - decoder->at < upvalues)
        return false;
    for (int n = 0; n < upvalues; n++)
        if (decoder->at[n] != TAG_GLOBALS)
            return false;
    return true;
}

/* Pushes the plain function that an earlier message has loaded; false: nothing.
 */
static bool push_loaded(struct decoder *decoder, uint64_t at)
{
    lua_State *L = decoder->L;
    lua_rawgeti(L, LUA_REGISTRYINDEX, decoder->codes->loaded);
    lua_rawgeti(L, -1, (lua_Integer)at);
    lua_remove(L, -2);
    if (!lua_isnil(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

static void remember_loaded(struct decoder *decoder, uint64_t at)
{
    lua_State *L = decoder->L;
    lua_rawgeti(L, LUA_REGISTRYINDEX, decoder->codes->loaded);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, (lua_Integer)at);
    lua_pop(L, 1);
}

void function_decode_coded(struct decoder *decoder, int tag)
{
    check_allowed(decoder);
    uint32_t number = decoder->numbered++;
    uint64_t at = decode_varint(decoder);
    int upvalues = decode_byte(decoder);
    struct code code;
    const void *bytes;
    if (!decoder->codes ||
        !decoder->codes->find(decoder->codes, at, &bytes, &code.size))
        decode_corrupt(decoder);
    code.bytes = bytes;
    decode_enter(decoder);
    bool plain = is_plain(decoder, upvalues);
    if (plain && push_loaded(decoder, at)) {
        decode_take(decoder, (size_t)upvalues);
        decode_keep(decoder, tag, number);
    } else {
        push_function(decoder, tag, number, code, upvalues);
        if (plain)
            remember_loaded(decoder, at);
    }
    decoder->depth--;
}
