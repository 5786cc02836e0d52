/*
 * Spans: each function of the API is called by one that tells of it, however
 * many there are.
 */
#include <stdbool.h>
#include <stdio.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "module.h"
#include "trace/spans.h"

#define EIGHT(of, n)                                                           \
    of(n##0) of(n##1) of(n##2) of(n##3) of(n##4) of(n##5) of(n##6) of(n##7)
#define SIXTY_FOUR(of, n)                                                      \
    EIGHT(of, n##0)                                                            \
    EIGHT(of, n##1)                                                            \
    EIGHT(of, n##2)                                                            \
    EIGHT(of, n##3)                                                            \
    EIGHT(of, n##4)                                                            \
    EIGHT(of, n##5)                                                            \
    EIGHT(of, n##6)                                                            \
    EIGHT(of, n##7)
#define FIVE_HUNDRED_AND_TWELVE(of, n)                                         \
    SIXTY_FOUR(of, n##0)                                                       \
    SIXTY_FOUR(of, n##1)                                                       \
    SIXTY_FOUR(of, n##2)                                                       \
    SIXTY_FOUR(of, n##3)                                                       \
    SIXTY_FOUR(of, n##4)                                                       \
    SIXTY_FOUR(of, n##5)                                                       \
    SIXTY_FOUR(of, n##6)                                                       \
    SIXTY_FOUR(of, n##7)
#define ALL(of)                                                                \
    FIVE_HUNDRED_AND_TWELVE(of, 00) FIVE_HUNDRED_AND_TWELVE(of, 01)

/* Its number, what it has kept, and what it is called with. */
#define FUNCTION(n)                                                            \
    static int function_##n(lua_State *L)                                      \
    {                                                                          \
        lua_pushinteger(L, n);                                                 \
        lua_pushvalue(L, lua_upvalueindex(1));                                 \
        lua_pushvalue(L, 1);                                                   \
        return 3;                                                              \
    }
#define NAME(n) function_##n,
ALL(FUNCTION)
static const lua_CFunction functions[] = {ALL(NAME)};
#define COUNT (int)(sizeof functions / sizeof *functions)

static bool say(bool well, const char *what)
{
    printf("  %s %s\n", well ? "ok  " : "FAIL", what);
    return well;
}

/* In the module at the top. */
static void add_functions(lua_State *L)
{
    for (int n = 0; n < COUNT; n++) {
        lua_pushfstring(L, "function %d", n);
        lua_pushinteger(L, 10 * n);
        lua_pushcclosure(L, functions[n], 1);
        lua_rawset(L, -3);
    }
}

static void push_function(lua_State *L, int n)
{
    lua_pushfstring(L, "function %d", n);
    lua_rawget(L, -2);
}

static bool all_are_told(lua_State *L)
{
    bool well = true;
    for (int n = 0; n < COUNT && well; n++) {
        push_function(L, n);
        well = lua_tocfunction(L, -1) != functions[n];
        lua_pop(L, 1);
    }
    return well;
}

static bool all_are_called(lua_State *L)
{
    bool well = true;
    for (int n = 0; n < COUNT && well; n++) {
        push_function(L, n);
        lua_pushinteger(L, 7);
        lua_call(L, 1, LUA_MULTRET);
        well = lua_tointeger(L, -3) == n && lua_tointeger(L, -2) == 10 * n &&
               lua_tointeger(L, -1) == 7;
        lua_pop(L, 3);
    }
    return well;
}

/* Though it is opened again. */
static bool all_are_told_once(lua_State *L)
{
    static const void *before[COUNT];
    bool well = true;
    for (int n = 0; n < COUNT; n++) {
        push_function(L, n);
        before[n] = lua_topointer(L, -1);
        lua_pop(L, 1);
    }
    spans_open(L);
    for (int n = 0; n < COUNT && well; n++) {
        push_function(L, n);
        well = lua_topointer(L, -1) == before[n];
        lua_pop(L, 1);
    }
    return well;
}

int main(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_requiref(L, "tidelock", luaopen_tidelock, 0);
    add_functions(L);
    spans_enter();
    spans_open(L);
    bool well = say(all_are_told(L), "more functions than slots are told");
    well = say(all_are_called(L), "and called, with what they have kept") && well;
    well = say(all_are_told_once(L), "and are told once") && well;
    lua_close(L);
    return !well;
}
