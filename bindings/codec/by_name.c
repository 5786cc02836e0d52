#include "codec/by_name.h"

#include <lauxlib.h>

#include "codec/classes.h"
#include "codec/format.h"
#include "lua/object.h"
#include "lua/require.h"

#define FUNCTIONS_DEEP 3

bool by_name_is_globals(lua_State *L, int index)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    bool same = lua_rawequal(L, -1, index);
    lua_pop(L, 1);
    return same;
}

/* Whether the Lua function at the top has the globals among its upvalues, or a
 * Lua function that has them, `depth` levels down. */
static bool uses_globals(lua_State *L, int depth)
{
    bool uses = false;
    int function = lua_gettop(L);
    for (int n = 1; !uses && lua_getupvalue(L, function, n); n++) {
        if (lua_istable(L, -1))
            uses = by_name_is_globals(L, function + 1);
        else if (lua_isfunction(L, -1) && !lua_iscfunction(L, -1) && depth > 0)
            uses = lua_checkstack(L, 4) && uses_globals(L, depth - 1);
        lua_settop(L, function);
    }
    return uses;
}

/* Whether two Lua functions have a variable in common, besides the globals. */
static bool share_variable(lua_State *L, int one, int other)
{
    bool share = false;
    for (int n = 1; !share && lua_getupvalue(L, one, n); n++) {
        bool globals = by_name_is_globals(L, lua_gettop(L));
        lua_pop(L, 1);
        for (int m = 1; !globals && !share && lua_getupvalue(L, other, m);
             m++) {
            lua_pop(L, 1);
            share = lua_upvalueid(L, one, n) == lua_upvalueid(L, other, m);
        }
    }
    return share;
}

static bool is_empty(lua_State *L, int index)
{
    lua_pushnil(L);
    return lua_next(L, index) == 0;
}

/* Pushes that field of the table's metatable; false: it is no Lua function. */
static bool push_handler(lua_State *L, int index, const char *event)
{
    return luaL_getmetafield(L, index, event) == LUA_TFUNCTION &&
           !lua_iscfunction(L, -1);
}

bool by_name_adds_to_globals(lua_State *L, int index)
{
    int top = lua_gettop(L);
    /* names that Lua holds already: no string is made here */
    bool adds = lua_istable(L, index) && lua_checkstack(L, 6) &&
                push_handler(L, index, "__newindex") &&
                push_handler(L, index, "__index") && is_empty(L, index) &&
                share_variable(L, top + 1, top + 2) &&
                uses_globals(L, FUNCTIONS_DEEP);
    lua_settop(L, top);
    return adds;
}

/* Leaves on the stack the string key under which the table at `within` has the
 * value at `index`; or nothing. */
static bool find_key(lua_State *L, int within, int index)
{
    lua_pushnil(L);
    while (lua_next(L, within)) {
        bool found =
            lua_rawequal(L, -1, index) && lua_type(L, -2) == LUA_TSTRING;
        lua_pop(L, 1);
        if (found)
            return true;
    }
    return false;
}

/* Leaves module name, module and field name on the stack; or nothing. */
static bool find_field(lua_State *L, int modules, int index)
{
    lua_pushnil(L);
    while (lua_next(L, modules)) {
        if (lua_istable(L, -1) && lua_type(L, -2) == LUA_TSTRING &&
            find_key(L, lua_gettop(L), index))
            return true;
        lua_pop(L, 1);
    }
    return false;
}

/* Whether the encoder would refuse the value. */
static bool is_foreign(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TFUNCTION:
        return lua_iscfunction(L, index);
    case LUA_TUSERDATA:
        return object_test(L, index) == NULL;
    case LUA_TLIGHTUSERDATA:
        return true;
    default:
        return classes_is_foreign(L, index);
    }
}

static bool encode_name(struct encoder *encoder, int index)
{
    size_t size;
    const char *name = lua_tolstring(encoder->L, index, &size);
    return encode_bytes(encoder, name, size);
}

static bool encode_found(struct encoder *encoder, int modules, int index,
                         bool *done)
{
    lua_State *L = encoder->L;
    bool foreign = is_foreign(L, index);
    *done = true;
    if ((foreign || lua_istable(L, index)) && find_key(L, modules, index))
        return encode_tag(encoder, TAG_MODULE) && encode_name(encoder, -1);
    if (foreign && find_field(L, modules, index))
        return encode_tag(encoder, TAG_FIELD) && encode_name(encoder, -3) &&
               encode_name(encoder, -1);
    *done = false;
    return true;
}

bool by_name_encode(struct encoder *encoder, int index, bool *done)
{
    lua_State *L = encoder->L;
    int type = lua_type(L, index);
    *done = false;
    if (type == LUA_TTABLE && by_name_is_globals(L, index)) {
        *done = true;
        return encode_tag(encoder, TAG_GLOBALS);
    }
    if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA &&
        type != LUA_TLIGHTUSERDATA)
        return true;
    int top = lua_gettop(L);
    bool encoded = true;
    /* the registry holds the key already: no string is made here */
    if (lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE) == LUA_TTABLE)
        encoded = encode_found(encoder, top + 1, index, done);
    lua_settop(L, top);
    return encoded;
}

/* The error is at the top, and may hold any bytes. */
static void refuse_module(lua_State *L, const char *name)
{
    lua_pushfstring(
        L, "cannot receive a function that uses module \"%s\": ", name);
    luaL_tolstring(L, -2, NULL);
    lua_concat(L, 2);
    lua_error(L);
}

static void require_module(lua_State *L)
{
    const char *name = lua_tostring(L, -1);
    require_push(L, name);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
        refuse_module(L, name);
    lua_remove(L, -2);
}

/* Replaces the module name on top of the stack by the module, which is
 * required if it is not loaded.  Raises where there is none. */
static void push_module(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_istable(L, -1)) {
        lua_pushvalue(L, -2);
        if (lua_rawget(L, -2) != LUA_TNIL) {
            lua_insert(L, -3);
            lua_pop(L, 2);
            return;
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    decode_let_go(decoder);
    require_module(L);
}

/* Replaces the key at the top by the field of the module below; its type. */
static int field_of(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TNIL && luaL_getmetafield(L, -3, "__index")) {
        lua_pop(L, 1);
        decode_let_go(decoder);
        lua_pop(L, 1);
        lua_gettable(L, -2);
    } else {
        lua_remove(L, -2);
    }
    return lua_type(L, -1);
}

/* Replaces module name and field name on top of the stack by the field. */
static void push_field(struct decoder *decoder)
{
    lua_State *L = decoder->L;
    const char *module = lua_tostring(L, -2);
    const char *field = lua_tostring(L, -1);
    lua_pushvalue(L, -2);
    push_module(decoder);
    lua_pushvalue(L, -2);
    if (!lua_istable(L, -2) || field_of(decoder) == LUA_TNIL)
        luaL_error(L,
                   "cannot receive a function that uses %s.%s: there is no "
                   "such field here",
                   module, field);
    lua_insert(L, -4);
    lua_pop(L, 3);
}

void by_name_decode(struct decoder *decoder, int tag)
{
    if (!(decoder->allow & CODEC_FUNCTIONS))
        decode_corrupt(decoder);
    luaL_checkstack(decoder->L, 12, NULL);
    if (tag == TAG_GLOBALS) {
        lua_rawgeti(decoder->L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
        return;
    }
    decode_string(decoder);
    if (tag == TAG_MODULE) {
        push_module(decoder);
        return;
    }
    decode_string(decoder);
    push_field(decoder);
}
