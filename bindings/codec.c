#include "codec.h"

#include "encode.h"

_Static_assert(sizeof(lua_Integer) == 8, "integers travel as 64 bits");
_Static_assert(sizeof(lua_Number) == 8, "floats travel as 64 bits");

static bool encode_all(struct encoder *encoder, int first, int count,
                       const char *root) {
    struct place place = {.kind = PLACE_ROOT, .name = root};
    if (!encode_tag(encoder, FORMAT_HEADER))
        return false;
    for (int i = 0; i < count; i++) {
        place.index = count > 1 ? i + 1 : 0;
        if (!encode_value(encoder, first + i, &place))
            return false;
    }
    return true;
}

bool codec_encode_allowed(lua_State *L, int first, int count, const char *root,
                          struct codec_out *out, unsigned allow) {
    struct encoder encoder; /* not cleared: the path in it is large */
    int top = lua_gettop(L);
    encoder.L = L;
    encoder.allow = allow;
    encoder.numbered = 0;
    encoder.depth = 0;
    encoder.scratch = scratch_take();
    if (!encoder.scratch) {
        refusal_memory(&encoder.refusal);
    } else if (encode_all(&encoder, lua_absindex(L, first), count, root)) {
        out->scratch = encoder.scratch;
        if (scratch_message(out->scratch, &out->message))
            return true;
        refusal_memory(&encoder.refusal);
    }
    if (encoder.scratch)
        scratch_give(encoder.scratch);
    refusal_push(&encoder.refusal, L, top);
    return false;
}

bool codec_encode(lua_State *L, int first, int count, const char *root,
                  struct codec_out *out) {
    return codec_encode_allowed(L, first, count, root, out, CODEC_ALL);
}

bool codec_own(struct codec_out *out) {
    return scratch_own(out->scratch, &out->message);
}

void codec_done(struct codec_out *out) {
    scratch_give(out->scratch);
}

void codec_thread_end(void) {
    scratch_thread_end();
}
