#include "codec/message.h"

#include <limits.h>
#include <string.h>

#include "codec/format.h"
#include "lua/compat.h"
#include "lua/support.h"
#include "lua/userdata.h"

/* By the number of the arena; relaxed: it only says what the script wants. */
static _Atomic bool functions_allowed[256] = {true};

void message_allow_functions(unsigned space, bool on)
{
    functions_allowed[space] = on;
}

unsigned message_allow(unsigned arena)
{
    unsigned allow = CODEC_OBJECTS | CODEC_ARENA(arena);
    return arena < sizeof functions_allowed && functions_allowed[arena]
               ? allow | CODEC_FUNCTIONS
               : allow;
}

/* The references as codec_decode takes them.  A parcel of a space has others:
 * then pushes a userdata with what tl_parcel_ref makes of each. */
static const tl_ref *refs_of(lua_State *L, const struct tl_parcel *parcel)
{
    if (parcel->arena == 0 || parcel->ref_count == 0)
        return parcel->refs;
    tl_ref *refs = lua_newuserdatauv(L, parcel->ref_count * sizeof *refs, 1);
    for (size_t i = 0; i < parcel->ref_count; i++)
        refs[i] = tl_parcel_ref(parcel, i);
    return refs;
}

/* A parcel while it is decoded.  The collector rests, since a finalizer might
 * receive, and so does a hook of calls (a profiler's).  Both go on when the
 * decoder ends, or is about to run Lua code; the hook only if no signal handler
 * has set one meanwhile. */
struct reading {
    struct codec_hold hold; /* must be first */
    struct tl_parcel *parcel;
    size_t weight;
    bool collects;
    bool begun;
    bool outside; /* Lua code has run, or is about to */
    bool was_amid;
    lua_Hook hook;
    int mask, count;
};

static void begin_reading(lua_State *L, struct reading *reading)
{
    reading->begun = true;
    reading->collects = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    reading->mask = lua_gethookmask(L);
    if (!(reading->mask & (LUA_MASKCALL | LUA_MASKRET)))
        return;
    reading->hook = lua_gethook(L);
    reading->count = lua_gethookcount(L);
    lua_sethook(L, NULL, 0, 0);
}

/* What is raised here is caught.  Whatever sets it puts it back as it was: a
 * finalizer may receive amid it. */
static _Thread_local bool amid;

bool message_is_amid(void)
{
    return amid;
}

static int call_amid(lua_State *L, int count, int results)
{
    bool before = amid;
    amid = true;
    int status = lua_pcall(L, count, results, 0);
    amid = before;
    return status;
}

/* Argument: kilobytes. */
static int collect_some(lua_State *L)
{
    lua_gc(L, LUA_GCSTEP, (int)lua_tointeger(L, 1));
    return 0;
}

/* A restart forgets what was allocated meanwhile; without the step, garbage of
 * large messages would grow faster than it is collected.  What a finalizer
 * raises in it is nobody's: else the message would be lost. */
static void go_on_collecting(lua_State *L, size_t size)
{
    lua_gc(L, LUA_GCRESTART, 0);
    if (size < 1024 || !lua_checkstack(L, 3))
        return;
    lua_pushcfunction(L, collect_some);
    lua_pushinteger(L, size < INT_MAX ? (lua_Integer)(size / 1024) : INT_MAX);
    if (call_amid(L, 1, 0) != LUA_OK)
        lua_pop(L, 1);
}

/* Drops the parcel first, since a step of the collector may run finalizers. */
static void end_reading(lua_State *L, struct codec_hold *hold)
{
    struct reading *reading = (struct reading *)hold;
    reading->outside = true;
    amid = reading->was_amid;
    if (!reading->begun)
        return;
    reading->begun = false;
    tl_parcel_drop(reading->parcel);
    if (reading->hook && !lua_gethook(L))
        lua_sethook(L, reading->hook, reading->mask, reading->count);
    if (reading->collects)
        go_on_collecting(L, reading->weight);
}

/* Argument: the reading.  The decoder's copy may take its place at 1. */
static int decode_block(lua_State *L)
{
    struct reading *reading = lua_touserdata(L, 1);
    const struct tl_parcel *parcel = reading->parcel;
    const tl_ref *refs = refs_of(L, parcel);
    return codec_decode_held(L, parcel->data, parcel->size, refs,
                             parcel->ref_count, message_allow(parcel->arena),
                             &reading->hold);
}

/* Arguments: the reading, the list, and the index in it to begin at.  Returns
 * how many values there were. */
static int decode_list(lua_State *L)
{
    struct reading *reading = lua_touserdata(L, 1);
    lua_pushinteger(L,
                    codec_decode_list(L, reading->parcel, message_allow(0), 2,
                                      lua_tointeger(L, 3), &reading->hold));
    return 1;
}

static struct reading reading_of(struct tl_parcel *parcel)
{
    return (struct reading){.hold = {.slot = 1, .let_go = end_reading},
                            .parcel = parcel,
                            .weight = parcel->size + 1024 * parcel->ref_count,
                            .was_amid = amid};
}

/* Calls the function with the reading and the `count` arguments at the top. */
static int call(lua_State *L, lua_CFunction function, int count,
                struct reading *reading)
{
    int base = lua_gettop(L) - count;
    lua_pushcfunction(L, function);
    lua_insert(L, base + 1);
    lua_pushlightuserdata(L, reading);
    lua_insert(L, base + 2);
    return call_amid(L, count + 1, LUA_MULTRET);
}

static int end_call(lua_State *L, int status, int base)
{
    if (status == LUA_OK)
        return lua_gettop(L) - base;
    return lua_type(L, -1) == LUA_TSTRING ? misuse_raise(L) : lua_error(L);
}

/* The same while the collector rests.  A parcel that owns a block is dropped
 * whatever decoding does.  One that owns none belongs to its process or pool,
 * and goes with that. */
static int read_by(lua_State *L, lua_CFunction function, int count,
                   struct tl_parcel *parcel)
{
    int base = lua_gettop(L) - count;
    struct reading reading = reading_of(parcel);
    begin_reading(L, &reading);
    int status = call(L, function, count, &reading);
    end_reading(L, &reading.hold);
    return end_call(L, status, base);
}

/* The same of a parcel with its bytes in itself.  Where a finalizer may raise
 * amid it, and the message would be lost, it is read again while the collector
 * rests: that costs too much to do so at first. */
static int read_own(lua_State *L, lua_CFunction function, int count,
                    struct tl_parcel *parcel)
{
    int base = lua_gettop(L) - count;
    struct reading reading = reading_of(parcel);
    luaL_checkstack(L, count, NULL);
    for (int i = 1; i <= count; i++)
        lua_pushvalue(L, base + i);
    int status = call(L, function, count, &reading);
    if (status != LUA_OK && !reading.outside) {
        lua_settop(L, base + count);
        return read_by(L, function, count, parcel);
    }
    for (int i = 1; i <= count; i++)
        lua_remove(L, base + 1);
    return end_call(L, status, base);
}

/* Whether the parcel has the bytes in itself, where it copies them if they are
 * few: then nobody can take them away. */
static bool is_own(struct tl_parcel *parcel)
{
    if (parcel->block || parcel->ref_count > 0 ||
        parcel->size > sizeof parcel->small)
        return false;
    if (parcel->data != parcel->small) {
        memcpy(parcel->small, parcel->data, parcel->size);
        parcel->data = parcel->small;
    }
    return true;
}

/* Whether something is allocated where the parcel is read: it is more than one
 * number, boolean or nil. */
static bool is_allocated(const struct tl_parcel *parcel)
{
    static const unsigned char sizes[] = {2, 2, 2, 3, 4, 6, 10, 10};
    unsigned char tag =
        parcel->size > 1 ? ((const unsigned char *)parcel->data)[1] : TAG_NIL;
    if (tag < TAG_SHORT)
        return parcel->size != 2;
    return tag < TAG_NIL || tag > TAG_FLOAT ||
           parcel->size != sizes[tag - TAG_NIL];
}

/* Whether to read it as one that a finalizer may disturb. */
static bool is_endangered(const struct tl_parcel *parcel)
{
    return COMPAT_FINALIZERS_RAISE && is_allocated(parcel);
}

static int decode_outside(lua_State *L)
{
    struct tl_slice *slice = lua_touserdata(L, 1);
    int count =
        codec_decode(L, slice->data, slice->size, NULL, 0, CODEC_OUTSIDE);
    return count == 1 ? 1 : luaL_error(L, "not one value, but %d", count);
}

bool message_receive_outside(lua_State *L, const void *data, size_t size)
{
    struct tl_slice slice = {data, size};
    bool running = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, decode_outside);
    lua_pushlightuserdata(L, &slice);
    int status = call_amid(L, 1, 1);
    if (running)
        go_on_collecting(L, size);
    return status == LUA_OK;
}

int message_receive(lua_State *L, struct tl_parcel *parcel)
{
    if (parcel->size == 0)
        return 0; /* a process that returned nothing */
    if (!is_own(parcel))
        return read_by(L, decode_block, 0, parcel);
    if (is_endangered(parcel))
        return read_own(L, decode_block, 0, parcel);
    return codec_decode(L, parcel->data, parcel->size, parcel->refs,
                        parcel->ref_count, message_allow(parcel->arena));
}

int message_receive_list(lua_State *L, struct tl_parcel *parcel, int list,
                         lua_Integer from)
{
    bool own = is_own(parcel);
    if (own && !is_endangered(parcel))
        return codec_decode_list(L, parcel, message_allow(0), list, from, NULL);
    lua_pushvalue(L, list);
    lua_pushinteger(L, from);
    (own ? read_own : read_by)(L, decode_list, 2, parcel);
    int count = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return count;
}

void message_encode(lua_State *L, const struct tl_handle *handle,
                    const char *call, int first, int count, const char *root,
                    struct codec_out *out)
{
    tl_idle_first();
    if (codec_encode_allowed(L, first, count, root, out,
                             message_allow(handle ? handle->arena : 0)))
        return;
    misuse(L, handle, call, "%s", lua_tostring(L, -1));
}

bool message_try_again(lua_State *L, int status, struct codec_out *out,
                       bool *tried)
{
    /* collecting runs finalizers, which may change the tables that the message
     * borrows strings from */
    return status == TL_NO_MEMORY && codec_own(out) &&
           result_try_again(L, status, tried);
}
