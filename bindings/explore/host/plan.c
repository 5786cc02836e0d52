/* Host: a plan from Lua. */
#include <stdarg.h>
#include <string.h>

#include <lauxlib.h>

#include "explore/host/host.h"

int host_refuse(lua_State *L, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    lua_pushvfstring(L, format, values);
    va_end(values);
    return lua_error(L);
}

static uint64_t whole(lua_State *L, int index, const char *field)
{
    lua_getfield(L, index, field);
    if (!lua_isnil(L, -1) && !lua_isinteger(L, -1))
        host_refuse(L, "plan.%s is a whole number", field);
    uint64_t number = (uint64_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return number;
}

static bool flag(lua_State *L, int index, const char *field)
{
    lua_getfield(L, index, field);
    bool on = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return on;
}

static uint32_t strategy(lua_State *L, int index)
{
    static const char *const names[] = {"none", "random", "pos",
                                        "pct",  "starve", NULL};
    lua_getfield(L, index, "strategy");
    const char *name = luaL_optstring(L, -1, "none");
    uint32_t i = 0;
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    if (!names[i])
        host_refuse(L, "there is no strategy '%s'", name);
    lua_pop(L, 1);
    return i;
}

void host_plan_read(lua_State *L, int index, struct tl_plan *plan)
{
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    plan->seed = whole(L, index, "seed");
    plan->strategy = strategy(L, index);
    plan->changes = (uint32_t)whole(L, index, "changes");
    plan->length = (uint32_t)whole(L, index, "length");
    plan->low = (uint32_t)whole(L, index, "low");
    plan->clock = (uint32_t)whole(L, index, "clock");
    plan->kills = (uint32_t)whole(L, index, "kills");
    plan->fair = flag(L, index, "fair");
    plan->everywhere = flag(L, index, "everywhere");
    plan->tells = flag(L, index, "tells");
    plan->stop = whole(L, index, "stop");
    plan->moves = 0;
    lua_getfield(L, index, "moves");
    const char *text = luaL_optstring(L, -1, "");
    const char *wrong = *text ? tl_plan_read(plan, text) : NULL;
    if (wrong) {
        lua_pushlstring(L, wrong, strcspn(wrong, ", "));
        host_refuse(L, "the schedule is wrong at '%s'", lua_tostring(L, -1));
    }
    lua_pop(L, 1);
}
