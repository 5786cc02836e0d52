/*
 * Codec fuzz: gives arbitrary bytes to the decoder, as an unknown sender could:
 * without functions, since Lua does not check bytecode.  What the decoder
 * accepts must travel again, and be as long as before.
 *
 *   make fuzz FUZZ=codec
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "codec/codec.h"
#include "codec/classes.h"
#include "codec_objects.h"

static const tl_ref refs[] = {11, 12, 13};

struct input {
    const void *data;
    size_t size;
};

static int try_decode(lua_State *L)
{
    const struct input *input = lua_touserdata(L, 1);
    lua_settop(L, 0);
    return codec_decode(L, input->data, input->size, refs,
                        sizeof refs / sizeof *refs, CODEC_OBJECTS);
}

static int decode_slices(lua_State *L)
{
    struct codec_out *out = lua_touserdata(L, 1);
    if (!codec_own(out))
        return luaL_error(L, "no memory");
    return codec_decode(L, out->message.slices[0].data, out->message.size,
                        out->message.refs, out->message.ref_count,
                        CODEC_OBJECTS);
}

/* Sends the values on the stack once more.  With another order of keys,
 * references may nest too deeply: that refusal is right. */
static void send_again(lua_State *L)
{
    struct codec_out out;
    int count = lua_gettop(L);
    if (!codec_encode_allowed(L, 1, count, "value", &out, CODEC_OBJECTS)) {
        if (!strstr(lua_tostring(L, -1), "nested too deeply"))
            abort();
        return;
    }
    if (lua_checkstack(L, 2)) {
        lua_pushcfunction(L, decode_slices);
        lua_pushlightuserdata(L, &out);
        if (lua_pcall(L, 1, LUA_MULTRET, 0) != LUA_OK) {
            fprintf(stderr, "%s\n", lua_tostring(L, -1));
            abort();
        }
        if (lua_gettop(L) != count * 2)
            abort();
    }
    codec_done(&out);
}

static lua_State *new_state(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_pushliteral(L, "c");
    lua_newtable(L);
    classes_add(L, -2, -1);
    lua_settop(L, 0);
    return L;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    if (!L)
        L = new_state();
    struct input input = {data, size};
    lua_pushcfunction(L, try_decode);
    lua_pushlightuserdata(L, &input);
    if (lua_pcall(L, 1, LUA_MULTRET, 0) == LUA_OK)
        send_again(L);
    lua_settop(L, 0);
    return 0;
}
