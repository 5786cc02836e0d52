#include "message.h"

#include <limits.h>

#include "objects.h"
#include "support.h"
#include "userdata.h"

unsigned message_allow(unsigned arena)
{
    unsigned allow = CODEC_OBJECTS | CODEC_ARENA(arena);
    return arena == 0 || space_allows_functions(arena) ? allow | CODEC_FUNCTIONS
                                                       : allow;
}

/* The references as codec_decode takes them; where they are not so already, a
 * userdata with them is pushed. */
static const tl_ref *refs_of(lua_State *L, const struct tl_parcel *parcel)
{
    if (parcel->arena == 0 || parcel->ref_count == 0)
        return parcel->refs;
    tl_ref *refs = lua_newuserdatauv(L, parcel->ref_count * sizeof *refs, 1);
    for (size_t i = 0; i < parcel->ref_count; i++)
        refs[i] = tl_parcel_ref(parcel, i);
    return refs;
}

static int decode_block(lua_State *L)
{
    struct tl_parcel *parcel = lua_touserdata(L, 1);
    const tl_ref *refs = refs_of(L, parcel);
    return codec_decode(L, parcel->data, parcel->size, refs, parcel->ref_count,
                        message_allow(parcel->arena));
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
    lua_pushcfunction(L, decode_block);
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
                        parcel->ref_count, message_allow(parcel->arena));
}

void encode(lua_State *L, const struct tl_handle *handle, const char *call,
            int first, int count, const char *root, struct codec_out *out)
{
    if (codec_encode_allowed(L, first, count, root, out,
                             message_allow(handle ? handle->arena : 0)))
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
