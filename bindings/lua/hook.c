#include "lua/hook.h"

#include <limits.h>

#include <lauxlib.h>

#define SIGNAL_MASK (LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT)

static char raised_key; /* registry: what a handler raised, { value } */
static char module_key; /* registry: luaposix's module of signals, its name */

static lua_State *main_of(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    lua_State *main_thread = lua_tothread(L, -1);
    lua_pop(L, 1);
    return main_thread;
}

/* Where another thread sets the hook while this one takes it off, there may be
 * a mask without a hook. */
static bool is_signals(lua_State *L)
{
    return lua_gethook(L) &&
           (lua_gethookmask(L) & SIGNAL_MASK) == SIGNAL_MASK &&
           lua_gethookcount(L) == 1;
}

/* A hook that stayed after it was called: a script's own, of the same shape. */
static _Thread_local lua_Hook lasting;

bool hook_is_due(lua_State *L)
{
    if (!lua_checkstack(L, 2))
        return false;
    lua_State *main_thread = main_of(L);
    return is_signals(main_thread) && lua_gethook(main_thread) != lasting;
}

void hook_open(lua_State *L)
{
    lua_pushliteral(L, "posix.signal");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &module_key);
}

/* In the middle of a wait: raises nothing, and calls no script. */
bool hook_is_expected(lua_State *L)
{
    static _Thread_local bool expected; /* once loaded, for ever */
    if (expected || !lua_checkstack(L, 3))
        return expected;
    int top = lua_gettop(L);
    if (lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE) == LUA_TTABLE) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &module_key);
        expected = lua_rawget(L, -2) != LUA_TNIL;
    }
    lua_settop(L, top);
    return expected;
}

/* Argument: the hook, which is on L (put_on) unless Lua has called it on entry
 * to this function, and it has taken itself off. */
static int call_hook(lua_State *L)
{
    lua_Debug frame = {0};
    lua_Hook hook = *(const lua_Hook *)lua_touserdata(L, 1);
    if (lua_gethook(L) == hook && lua_getstack(L, 0, &frame)) {
        frame.event = LUA_HOOKCOUNT;
        frame.currentline = -1;
        hook(L, &frame);
    }
    return 0;
}

/* Where it never fires, but can take itself off. */
static void put_on(lua_State *L, lua_Hook hook)
{
    lua_sethook(L, hook, LUA_MASKCOUNT, INT_MAX);
}

static bool stays_on(lua_State *L, lua_Hook hook)
{
    return lua_gethook(L) == hook && lua_gethookmask(L) == LUA_MASKCOUNT;
}

void hook_keep_error(lua_State *L)
{
    lua_createtable(L, 1, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
}

bool hook_answer(lua_State *L)
{
    if (!lua_checkstack(L, LUA_MINSTACK))
        return false;
    lua_State *main_thread = main_of(L);
    if (!is_signals(main_thread))
        return false;
    lua_Hook hook = lua_gethook(main_thread), own = lua_gethook(L);
    int mask = lua_gethookmask(L), count = lua_gethookcount(L);
    /* off before it is called: from here on a signal puts it on again */
    lua_sethook(main_thread, NULL, 0, 0);
    put_on(L, hook);
    lua_pushcfunction(L, call_hook);
    lua_pushlightuserdata(L, &hook);
    bool raised = lua_pcall(L, 1, 0, 0) != LUA_OK;
    if (raised)
        hook_keep_error(L);
    bool stays = stays_on(L, hook);
    lasting = stays ? hook : NULL;
    if (L != main_thread) {
        /* what it has put in its place is the main thread's */
        if (!stays && lua_gethook(L) && !lua_gethook(main_thread))
            lua_sethook(main_thread, lua_gethook(L), lua_gethookmask(L),
                        lua_gethookcount(L));
        lua_sethook(L, stays || own != hook ? own : NULL, mask, count);
    }
    if (stays && (L == main_thread || !lua_gethook(main_thread)))
        lua_sethook(main_thread, hook, SIGNAL_MASK, 1);
    return raised;
}

void hook_raise(lua_State *L)
{
    luaL_checkstack(L, 4, NULL);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &raised_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        return;
    }
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
    lua_rawgeti(L, -1, 1);
    lua_error(L);
}

/* Pushes a function of the debug library. */
static bool push_debug(lua_State *L, const char *name)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    bool found = lua_getfield(L, -1, "debug") == LUA_TTABLE &&
                 lua_getfield(L, -1, name) == LUA_TFUNCTION;
    if (found)
        lua_replace(L, -3);
    lua_pop(L, found ? 1 : 2);
    return found;
}

/* Calls the debug library, which keeps a Lua hook by the thread that it is for.
 * Arguments: from and to. */
static int copy_hook(lua_State *L)
{
    if (!push_debug(L, "gethook"))
        return 0;
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    if (lua_type(L, -3) != LUA_TFUNCTION) {
        /* a C module's hook: copied as lua_newthread copies it */
        lua_State *from = lua_tothread(L, 1), *to = lua_tothread(L, 2);
        lua_sethook(to, lua_gethook(from), lua_gethookmask(from),
                    lua_gethookcount(from));
        return 0;
    }
    int values = lua_gettop(L) - 2;
    if (!push_debug(L, "sethook"))
        return 0;
    lua_pushvalue(L, 2);
    for (int i = 0; i < 3; i++)
        lua_pushvalue(L, values + i);
    lua_call(L, 4, 0);
    return 0;
}

void hook_copy(lua_State *from, lua_State *to)
{
    if (!lua_gethook(from) || from == to || !lua_checkstack(from, 4))
        return;
    lua_pushcfunction(from, copy_hook);
    lua_pushthread(from);
    lua_pushthread(to);
    lua_xmove(to, from, 1);
    /* out of memory: it goes on without the hook */
    if (lua_pcall(from, 2, 0, 0) != LUA_OK)
        lua_pop(from, 1);
}

void hook_forget(lua_State *L)
{
    lua_State *main_thread = main_of(L);
    if (is_signals(main_thread))
        lua_sethook(main_thread, NULL, 0, 0);
    if (is_signals(L))
        lua_sethook(L, NULL, 0, 0);
    if (!lua_gethook(L))
        hook_copy(main_thread, L);
}
