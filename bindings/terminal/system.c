#include "terminal/system.h"

#include <unistd.h>

#include <lauxlib.h>

#include "terminal/same_file.h"
#include "terminal/screen.h"
#include "tidelock.h"

static int real_time(lua_State *L)
{
    lua_pushnumber(L, tl_real_now());
    return 1;
}

static int is_terminal(lua_State *L)
{
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

static int columns(lua_State *L)
{
    int width, rows;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (screen_size(fd, &width, &rows)) {
            lua_pushinteger(L, width);
            return 1;
        }
    lua_pushnil(L);
    return 1;
}

static int is_same_file(lua_State *L)
{
    lua_pushboolean(L,
                    same_file(luaL_checkstring(L, 1), luaL_checkstring(L, 2)));
    return 1;
}

static const luaL_Reg functions[] = {{"real_time", real_time},
                                     {"is_terminal", is_terminal},
                                     {"columns", columns},
                                     {"is_same_file", is_same_file},
                                     {NULL, NULL}};

int system_open_library(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
