/*
 * Codec: runs the cases of two Lua files against the codec alone, each in a Lua
 * state of its own, and prints TAP.  The functions that the cases call are
 * defined here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "codec/codec.h"
#include "codec/classes.h"
#include "codec_objects.h"

static char *flatten(const struct tl_message *message)
{
    char *bytes = malloc(message->size + 1);
    size_t at = 0;
    for (size_t i = 0; i < message->slice_count; i++) {
        memcpy(bytes + at, message->slices[i].data, message->slices[i].size);
        at += message->slices[i].size;
    }
    if (at != message->size)
        abort();
    return bytes;
}

/* What a queue would hold: the bytes and refs of a message, copied. */
struct parcel {
    char *bytes;
    size_t size;
    tl_ref *refs;
    size_t ref_count;
};

static struct parcel pack(lua_State *L, int first, const char *root)
{
    struct codec_out out;
    int top = lua_gettop(L);
    if (!codec_encode(L, first, top - first + 1, root, &out)) {
        if (lua_gettop(L) != top + 1)
            abort();
        lua_error(L);
    }
    if (lua_gettop(L) != top)
        abort();
    struct parcel parcel = {flatten(&out.message), out.message.size,
                            malloc(out.message.ref_count * sizeof(tl_ref) + 1),
                            out.message.ref_count};
    if (parcel.ref_count > 0)
        memcpy(parcel.refs, out.message.refs,
               parcel.ref_count * sizeof(tl_ref));
    codec_done(&out);
    return parcel;
}

static int unpack_protected(lua_State *L)
{
    const struct parcel *parcel = lua_touserdata(L, 1);
    lua_settop(L, 0);
    return codec_decode(L, parcel->bytes, parcel->size, parcel->refs,
                        parcel->ref_count, CODEC_ALL);
}

/* Pushes the values, or one error message. */
static int unpack(lua_State *L, struct parcel parcel)
{
    int top = lua_gettop(L);
    lua_pushcfunction(L, unpack_protected);
    lua_pushlightuserdata(L, &parcel);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    free(parcel.bytes);
    free(parcel.refs);
    if (status != LUA_OK)
        lua_error(L);
    return lua_gettop(L) - top;
}

/* copy(...): what a receiver of these values gets */
static int copy(lua_State *L)
{
    return unpack(L, pack(L, 1, "value"));
}

/* refusal(...): why these values are not sent; root(word, ...): another root */
static int refusal_of(lua_State *L, int first, const char *root)
{
    struct codec_out out;
    int count = lua_gettop(L) - first + 1;
    if (codec_encode(L, first, count, root, &out)) {
        codec_done(&out);
        return luaL_error(L, "was sent");
    }
    return 1;
}

static int refusal(lua_State *L)
{
    return refusal_of(L, 1, "value");
}

static int refusal_as(lua_State *L)
{
    return refusal_of(L, 2, luaL_checkstring(L, 1));
}

static int refusal_abroad(lua_State *L)
{
    struct codec_out out;
    if (!codec_encode_allowed(L, 1, lua_gettop(L), "value", &out, 0))
        return 1;
    codec_done(&out);
    return luaL_error(L, "was sent");
}

/* bytes(...): the message as a string, and how many slices and refs it had */
static int bytes(lua_State *L)
{
    struct codec_out out;
    if (!codec_encode(L, 1, lua_gettop(L), "value", &out))
        return lua_error(L);
    char *flat = flatten(&out.message);
    lua_pushlstring(L, flat, out.message.size);
    lua_pushinteger(L, (lua_Integer)out.message.slice_count);
    lua_pushinteger(L, (lua_Integer)out.message.ref_count);
    free(flat);
    codec_done(&out);
    return 3;
}

/* decode(bytes, allow) without refs */
static int decode(lua_State *L)
{
    size_t size;
    const char *data = luaL_checklstring(L, 1, &size);
    char *exact = malloc(size + (size == 0)); /* not a byte more */
    memcpy(exact, data, size);
    struct parcel parcel = {exact, size, NULL, 0};
    if (lua_toboolean(L, 2))
        return unpack(L, parcel);
    free(exact);
    return codec_decode(L, data, size, NULL, 0, 0);
}

/* elsewhere(f, ...): calls f in a program that knows nothing of this one */
static int elsewhere(lua_State *L)
{
    struct parcel there = pack(L, 1, "value");
    lua_State *other = luaL_newstate();
    luaL_openlibs(other);
    lua_pushcfunction(other, unpack_protected);
    lua_pushlightuserdata(other, &there);
    if (lua_pcall(other, 1, LUA_MULTRET, 0) == LUA_OK)
        lua_pcall(other, lua_gettop(other) - 1, LUA_MULTRET, 0);
    free(there.bytes);
    free(there.refs);
    struct parcel back = pack(other, 1, "result");
    lua_close(other);
    return unpack(L, back);
}

/* owned(forget, ...): sends, lets forget() run, and only then reads */
static int owned(lua_State *L)
{
    struct codec_out out;
    if (!codec_encode(L, 2, lua_gettop(L) - 1, "value", &out))
        return lua_error(L);
    if (!codec_own(&out) || out.message.slice_count != 1)
        abort();
    lua_settop(L, 1);
    lua_call(L, 0, 0);
    int count = codec_decode(L, out.message.slices[0].data, out.message.size,
                             NULL, 0, CODEC_ALL);
    codec_done(&out);
    return count;
}

/* object(ref): a live object, or a closed one where ref is 0 */
static int object(lua_State *L)
{
    object_push(L, (tl_ref)luaL_checkinteger(L, 1));
    return 1;
}

/* spaced(ref): an object of a space */
static int spaced(lua_State *L)
{
    object(L);
    object_test(L, -1)->arena = 1;
    object_test(L, -1)->kind = TL_KIND_LOCK;
    return 1;
}

/* refusal_in_space(...): why these values are not sent to a space */
static int refusal_in_space(lua_State *L)
{
    struct codec_out out;
    if (!codec_encode_allowed(L, 1, lua_gettop(L), "value", &out,
                              CODEC_OBJECTS | CODEC_ARENA(2)))
        return 1;
    codec_done(&out);
    lua_pushnil(L);
    return 1;
}

static int object_ref(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)tl_handle_ref(object_test(L, 1)));
    return 1;
}

static int register_class(lua_State *L)
{
    classes_add(L, 1, 2);
    return 0;
}

static int light(lua_State *L)
{
    lua_pushlightuserdata(L, L);
    return 1;
}

/* An allocator that fails after `left` more calls; a negative one never. */
struct budget {
    long left;
};

static void *allocate(void *data, void *block, size_t old, size_t size)
{
    struct budget *budget = data;
    (void)old;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (!block || size > old) {
        if (budget->left == 0)
            return NULL;
        budget->left--;
    }
    return realloc(block, size);
}

static int starved_body(lua_State *L)
{
    lua_getglobal(L, "starve");
    lua_call(L, 0, 0);
    return 0;
}

/* starved(source): runs the chunk's function `starve` with Lua's memory
 * ending at the first allocation, the second and so on, until it comes through;
 * returns after how many */
static int starved(lua_State *L)
{
    static const luaL_Reg given[] = {
        {"copy", copy}, {"refusal", refusal}, {NULL, NULL}};
    struct budget budget = {-1};
    lua_State *other = lua_newstate(allocate, &budget);
    luaL_openlibs(other);
    lua_pushglobaltable(other);
    luaL_setfuncs(other, given, 0);
    lua_pop(other, 1);
    if (luaL_dostring(other, luaL_checkstring(L, 1)))
        return luaL_error(L, "%s", lua_tostring(other, -1));
    long n = 0;
    for (int status = LUA_ERRMEM; status != LUA_OK; n++) {
        lua_settop(other, 0);
        lua_pushcfunction(other, starved_body);
        budget.left = n;
        status = lua_pcall(other, 0, 0, 0);
        budget.left = -1;
    }
    lua_close(other);
    lua_pushinteger(L, n);
    return 1;
}

static const luaL_Reg functions[] = {{"copy", copy},
                                     {"refusal", refusal},
                                     {"refusal_as", refusal_as},
                                     {"refusal_abroad", refusal_abroad},
                                     {"bytes", bytes},
                                     {"decode", decode},
                                     {"elsewhere", elsewhere},
                                     {"owned", owned},
                                     {"object", object},
                                     {"spaced", spaced},
                                     {"refusal_in_space", refusal_in_space},
                                     {"object_ref", object_ref},
                                     {"register", register_class},
                                     {"light", light},
                                     {"starved", starved},
                                     {NULL, NULL}};

static lua_State *new_state(const char *cases)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_pushglobaltable(L);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
    if (luaL_loadfile(L, cases) || lua_pcall(L, 0, 1, 0)) {
        printf("Bail out! %s\n", lua_tostring(L, -1));
        exit(1);
    }
    return L;
}

static int traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* The n-th case of the file; false when it failed. */
static bool run_case(const char *cases, int n)
{
    lua_State *L = new_state(cases);
    lua_pushcfunction(L, traceback);
    lua_rawgeti(L, 1, n);
    lua_getfield(L, -1, "name");
    lua_getfield(L, -2, "run");
    bool passed = lua_pcall(L, 0, 0, 2) == LUA_OK;
    const char *name = lua_tostring(L, 4);
    printf("%sok - %s\n", passed ? "" : "not ", name);
    if (!passed)
        printf("# %s\n", lua_tostring(L, -1));
    lua_close(L);
    return passed;
}

/* How many cases of the file failed. */
static int run_cases(const char *cases, int *total)
{
    lua_State *L = new_state(cases);
    int count = (int)lua_rawlen(L, -1);
    lua_close(L);
    int failed = 0;
    for (int n = 1; n <= count; n++)
        failed += !run_case(cases, n);
    *total += count;
    return failed;
}

/* To be run from the root of the source tree. */
int main(void)
{
    int total = 0;
    int failed = run_cases("spec/c/codec/codec_cases.lua", &total);
    failed += run_cases("spec/c/codec/codec_refusal_cases.lua", &total);
    printf("1..%d\n", total);
    codec_thread_end();
    return failed > 0;
}
