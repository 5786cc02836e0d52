#include "codec/codec.h"

#include <stdlib.h>

#include "codec/by_name.h"
#include "codec/encode_value.h"
#include "codec/format.h"

_Static_assert(sizeof(lua_Integer) == 8, "integers travel as 64 bits");
_Static_assert(sizeof(lua_Number) == 8, "floats travel as 64 bits");

static bool encode_all(struct encoder *encoder, int first, int count,
                       const char *root)
{
    struct place place = {.kind = PLACE_ROOT, .name = root};
    bool numbered = count > 1 && !encoder->classes;
    if (!encode_tag(encoder, FORMAT_HEADER))
        return false;
    for (int i = 0; i < count; i++) {
        place.index = numbered ? i + 1 : 0;
        if (!encode_value(encoder, first + i, &place))
            return false;
        encoder->classes = false;
    }
    return true;
}

static bool encode_values(struct encoder *encoder,
                          const struct codec_call *call)
{
    struct place place = {.kind = PLACE_ROOT, .name = call->root};
    for (int i = 0; i < call->count; i++) {
        place.index = i + 1;
        if (!encode_value(encoder, call->first + i, &place))
            return false;
    }
    lua_State *L = encoder->L;
    int top = lua_gettop(L) + 1;
    if (!lua_checkstack(L, 2))
        return refusal_memory(&encoder->refusal);
    for (lua_Integer i = call->from; call->list && i <= call->to; i++) {
        place.index = (int)i;
        lua_rawgeti(L, call->list, i);
        if (!encode_value(encoder, top, &place))
            return false;
        lua_settop(L, top - 1);
    }
    return true;
}

static bool encode_part(struct encoder *encoder, const struct codec_part *part)
{
    struct scratch *scratch = encoder->scratch;
    unsigned char *at = scratch_room(scratch, part->size);
    uint32_t ignored;
    if (!at)
        return refusal_memory(&encoder->refusal);
    memcpy(at, part->bytes, part->size);
    scratch->size += part->size;
    for (size_t i = 0; i < part->ref_count; i++)
        if (!scratch_ref(scratch, part->refs[i], &ignored))
            return refusal_memory(&encoder->refusal);
    encoder->numbered = part->numbered;
    return true;
}

/* Encodes the function of a call; a C function such as math.sqrt by its name.
 */
static bool encode_callable(struct encoder *encoder, int index,
                            const struct place *place)
{
    bool named = false;
    if (lua_iscfunction(encoder->L, index) &&
        !by_name_encode(encoder, index, &named))
        return false;
    return named || encode_value(encoder, index, place);
}

static bool encode_call(struct encoder *encoder, const struct codec_call *call)
{
    struct place place = {.kind = PLACE_ROOT, .name = "function"};
    if (call->part)
        return encode_part(encoder, call->part) && encode_values(encoder, call);
    if (!encode_tag(encoder, FORMAT_HEADER))
        return false;
    if (call->function && !(encode_tag(encoder, call->what) &&
                            encode_callable(encoder, call->function, &place)))
        return false;
    return encode_values(encoder, call);
}

/* False: there is no memory; encoder->refusal says so. */
static bool begin(struct encoder *encoder, lua_State *L, unsigned allow,
                  struct codec_codes *codes)
{
    encoder->L = L;
    encoder->value = encode_value;
    encoder->allow = allow;
    encoder->codes = codes;
    encoder->numbered = 0;
    encoder->depth = 0;
    encoder->classes = allow & CODEC_CLASSES;
    encoder->environment = false;
    encoder->scratch = scratch_take();
    return encoder->scratch || refusal_memory(&encoder->refusal);
}

/* Makes the message, where all was written; else gives back what was taken, and
 * pushes the reason. */
static bool finish(struct encoder *encoder, bool written, int top,
                   struct codec_out *out)
{
    if (written) {
        out->scratch = encoder->scratch;
        out->numbered = encoder->numbered;
        if (scratch_message(out->scratch, &out->message))
            return true;
        refusal_memory(&encoder->refusal);
    }
    if (encoder->scratch)
        scratch_give(encoder->scratch);
    refusal_push(&encoder->refusal, encoder->L, top);
    return false;
}

bool codec_encode_call(lua_State *L, const struct codec_call *call,
                       struct codec_out *out)
{
    struct encoder encoder; /* not cleared: the path in it is large */
    int top = lua_gettop(L);
    bool written = begin(&encoder, L, CODEC_ALL, call->codes) &&
                   encode_call(&encoder, call);
    return finish(&encoder, written, top, out);
}

bool codec_part_make(struct codec_part *part, const struct codec_out *out)
{
    const struct tl_message *m = &out->message;
    size_t refs = m->ref_count * sizeof *m->refs;
    *part = (struct codec_part){.bytes = malloc(m->size),
                                .refs = malloc(refs + 1),
                                .ref_count = m->ref_count,
                                .numbered = out->numbered};
    if (!part->bytes || !part->refs) {
        codec_part_drop(part);
        return false;
    }
    for (size_t i = 0; i < m->slice_count; i++) {
        memcpy(part->bytes + part->size, m->slices[i].data, m->slices[i].size);
        part->size += m->slices[i].size;
    }
    if (refs > 0)
        memcpy(part->refs, m->refs, refs);
    return true;
}

void codec_part_drop(struct codec_part *part)
{
    free(part->bytes);
    free(part->refs);
    *part = (struct codec_part){0};
}

bool codec_encode_allowed(lua_State *L, int first, int count, const char *root,
                          struct codec_out *out, unsigned allow)
{
    struct encoder encoder; /* not cleared: the path in it is large */
    int top = lua_gettop(L);
    bool written = begin(&encoder, L, allow, NULL) &&
                   encode_all(&encoder, lua_absindex(L, first), count, root);
    return finish(&encoder, written, top, out);
}

bool codec_encode(lua_State *L, int first, int count, const char *root,
                  struct codec_out *out)
{
    return codec_encode_allowed(L, first, count, root, out, CODEC_ALL);
}

bool codec_own(struct codec_out *out)
{
    return scratch_own(out->scratch, &out->message);
}

void codec_done(struct codec_out *out)
{
    scratch_give(out->scratch);
}

void codec_thread_end(void)
{
    scratch_thread_end();
}
