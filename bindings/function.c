#include <lauxlib.h>

#include "codec.h"
#include "decode.h"
#include "encode.h"
#include "named.h"

/* A lua_Writer that appends to the scratch. */
static int write_code(lua_State *L, const void *code, size_t size, void *data) {
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

static bool encode_code(struct encoder *encoder, int index) {
    lua_State *L = encoder->L;
    struct scratch *scratch = encoder->scratch;
    size_t start = scratch->size;
    lua_pushvalue(L, index);
    bool dumped = lua_dump(L, write_code, scratch, 0) == 0;
    lua_pop(L, 1);
    if (!dumped)
        return refusal_memory(&encoder->refusal);
    uint32_t length = format_little32((uint32_t)(scratch->size - start));
    memcpy(scratch->bytes + start - sizeof length, &length, sizeof length);
    return true;
}

static bool encode_join(struct encoder *encoder, const struct seen *seen) {
    int n = (int)seen->n;
    return encode_back(encoder, seen, TAG_JOIN) && encode_tag(encoder, n);
}

/* Upvalue n, whose value is on top of the stack, of the function at index. */
static bool encode_upvalue(struct encoder *encoder, int index, int n,
                           struct seen function, const char *name,
                           const struct place *outer) {
    lua_State *L = encoder->L;
    struct scratch *scratch = encoder->scratch;
    struct place place = {.outer = outer, .kind = PLACE_UPVALUE, .name = name};
    if (strcmp(name, "_ENV") == 0)
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
    if (!encode_named(encoder, lua_gettop(L), &named))
        return false;
    return named || encode_value(encoder, lua_gettop(L), &place);
}

bool encode_function(struct encoder *encoder, int index,
                     const struct place *place) {
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
    if (!encode_enter(encoder, index, place) ||
        !encode_tag(encoder, TAG_FUNCTION))
        return false;
    size_t upvalues_at = scratch->size;
    if (!scratch_room(scratch, FORMAT_CODE))
        return refusal_memory(&encoder->refusal);
    scratch->size += FORMAT_CODE;
    if (!encode_code(encoder, index))
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
static const char *read_code(lua_State *L, void *data, size_t *size) {
    struct code *code = data;
    (void)L;
    *size = code->size;
    code->size = 0;
    return code->bytes;
}

/* The variable of the function at `index` becomes that of another function. */
static void join_upvalue(struct decoder *decoder, int index, int n) {
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

static void decode_upvalue(struct decoder *decoder, int index, int n) {
    lua_State *L = decoder->L;
    int tag = decode_byte(decoder);
    switch (tag) {
    case TAG_JOIN:
        join_upvalue(decoder, index, n);
        return;
    case TAG_GLOBALS:
        lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
        break;
    case TAG_MODULE:
        decode_string(decoder);
        named_module(L);
        break;
    case TAG_FIELD:
        decode_string(decoder);
        decode_string(decoder);
        named_field(L);
        break;
    default:
        decoder->at--;
        decode_value(decoder);
    }
    if (!lua_setupvalue(L, index, n))
        decode_corrupt(decoder);
}

void decode_function(struct decoder *decoder, int tag) {
    lua_State *L = decoder->L;
    if (!(decoder->allow & CODEC_FUNCTIONS))
        luaL_error(L, "this message holds a function of another program, "
                      "which is not accepted");
    uint32_t number = decoder->numbered++;
    decode_enter(decoder);
    int upvalues = decode_byte(decoder);
    struct code code = {.size = decode_u32(decoder)};
    code.bytes = (const char *)decode_take(decoder, code.size);
    if (lua_load(L, read_code, &code, "=message", "b") != LUA_OK)
        luaL_error(L, "corrupt message: %s", lua_tostring(L, -1));
    decode_keep(decoder, tag, number);
    int function = lua_gettop(L);
    for (int n = 1; n <= upvalues; n++)
        decode_upvalue(decoder, function, n);
    decoder->depth--;
}
