#include "lua/random.h"

#include <stdint.h>

#include <lauxlib.h>

#include "lua/compat.h"
#include "tidelock.h"

void random_reseed(lua_State *L)
{
    uint64_t seed = tl_task_seed();
    lua_getglobal(L, "math");
    if (lua_istable(L, -1) &&
        lua_getfield(L, -1, "randomseed") == LUA_TFUNCTION) {
#if COMPAT_OWN_RANDOM
        lua_pushinteger(L, (lua_Integer)seed);
        lua_pushinteger(L, (lua_Integer)(seed ^ UINT64_MAX));
        lua_pcall(L, 2, 0, 0);
#else
        /* 5.3 hands it to srandom, which takes 32 bits */
        lua_pushinteger(L, (lua_Integer)(seed >> 33));
        lua_pcall(L, 1, 0, 0);
#endif
    }
    lua_settop(L, 0);
}

#if COMPAT_OWN_RANDOM

void random_open(lua_State *L)
{
    (void)L;
}

#else

/* splitmix64 (Steele, Lea, Flood 2014); the upvalue is its state. */
static uint64_t next(lua_State *L)
{
    uint64_t *state = lua_touserdata(L, lua_upvalueindex(1));
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A number from 0 to `most`, each as likely: draws again what lies beyond. */
static uint64_t draw(lua_State *L, uint64_t most)
{
    uint64_t mask = most, number;
    for (int shift = 1; shift < 64; shift *= 2)
        mask |= mask >> shift;
    do
        number = next(L) & mask;
    while (number > most);
    return number;
}

static int random_next(lua_State *L)
{
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
    case 0:
        lua_pushnumber(L, (lua_Number)(next(L) >> 11) * 0x1p-53);
        return 1;
    case 1:
        high = luaL_checkinteger(L, 1);
        break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default:
        return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, 1, "interval is empty");
    uint64_t most = (uint64_t)high - (uint64_t)low;
    luaL_argcheck(L, most <= INT64_MAX, 1, "interval too large");
    uint64_t number = draw(L, most) + (uint64_t)low;
    lua_pushinteger(L, (lua_Integer)number);
    return 1;
}

static int random_seed(lua_State *L)
{
    uint64_t *state = lua_touserdata(L, lua_upvalueindex(1));
    lua_Integer seed;
    lua_Number number = luaL_checknumber(L, 1);
    *state = (uint64_t)(lua_numbertointeger(number, &seed) ? seed : 0);
    return 0;
}

static const luaL_Reg functions[] = {
    {"random", random_next}, {"randomseed", random_seed}, {NULL, NULL}};

void random_open(lua_State *L)
{
    lua_getglobal(L, "math");
    uint64_t *state = lua_newuserdata(L, sizeof *state);
    *state = 0;
    luaL_setfuncs(L, functions, 1);
    lua_pop(L, 1);
}

#endif
