#include "message.h"

#include <limits.h>

#include "support.h"

static int decode(lua_State *L)
{
    struct tl_parcel *parcel = lua_touserdata(L, 1);
    return codec_decode(L, parcel->data, parcel->size, parcel->refs,
                        parcel->ref_count, CODEC_ALL);
}

/* A restart forgets what was allocated meanwhile; without the step, garbage of
 * large messages would grow faster than it is collected. */
static void go_on_collecting(lua_State *L, size_t size)
{
    lua_gc(L, LUA_GCRESTART, 0);
    if (size >= 1024)
        lua_gc(L, LUA_GCSTEP, size < INT_MAX ? (int)(size / 1024) : INT_MAX);
}

/* A parcel that owns a block is dropped whatever decoding does, and no
 * finalizer may receive in between. */
static int receive_block(lua_State *L, struct tl_parcel *parcel)
{
    int base = lua_gettop(L);
    size_t weight = parcel->size + 1024 * parcel->ref_count;
    bool running = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, decode);
    lua_pushlightuserdata(L, parcel);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    tl_parcel_drop(parcel);
    if (running)
        go_on_collecting(L, weight);
    if (status == LUA_OK)
        return lua_gettop(L) - base;
    return lua_type(L, -1) == LUA_TSTRING ? raise_here(L) : lua_error(L);
}

static int decode_outside(lua_State *L)
{
    struct tl_slice *slice = lua_touserdata(L, 1);
    int count =
        codec_decode(L, slice->data, slice->size, NULL, 0, CODEC_OUTSIDE);
    return count == 1 ? 1 : luaL_error(L, "not one value, but %d", count);
}

bool receive_outside(lua_State *L, const void *data, size_t size)
{
    struct tl_slice slice = {data, size};
    bool running = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, decode_outside);
    lua_pushlightuserdata(L, &slice);
    int status = lua_pcall(L, 1, 1, 0);
    if (running)
        go_on_collecting(L, size);
    return status == LUA_OK;
}

int receive(lua_State *L, struct tl_parcel *parcel)
{
    if (parcel->block)
        return receive_block(L, parcel);
    if (parcel->size == 0)
        return 0; /* a process that returned nothing */
    return codec_decode(L, parcel->data, parcel->size, parcel->refs,
                        parcel->ref_count, CODEC_ALL);
}

void encode(lua_State *L, const struct tl_handle *handle, const char *call,
            int first, int count, const char *root, struct codec_out *out)
{
    if (codec_encode(L, first, count, root, out))
        return;
    misuse(L, handle, call, "%s", lua_tostring(L, -1));
}

bool try_to_send_again(lua_State *L, int status, struct codec_out *out,
                       bool *tried)
{
    /* finalizers may change the tables that strings were borrowed from */
    return status == TL_NO_MEMORY && codec_own(out) &&
           try_again(L, status, tried);
}
