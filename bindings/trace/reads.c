#include "trace/reads.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include <lauxlib.h>
#include <lualib.h>

#include "lua/calls.h"
#include "tidelock.h"

#define DEFAULT_INPUT "_IO_input" /* registry: as the io library has it */

/* Whether reading it can wait for somebody. */
static bool may_wait(const luaL_Stream *stream)
{
    struct stat file;
    return stream && stream->closef && stream->f &&
           fstat(fileno(stream->f), &file) == 0 && !S_ISREG(file.st_mode);
}

/* Calls the function, which finds its own arguments and upvalues, as it is in
 * this one's place. */
static int tell(lua_State *L, lua_CFunction function, bool waits)
{
    if (waits)
        tl_recording_read_begin();
    int results = function(L);
    if (waits)
        tl_recording_command_end();
    return results;
}

/* Of a function without upvalues, which is this one's. */
static lua_CFunction original(lua_State *L)
{
    return lua_tocfunction(L, lua_upvalueindex(1));
}

static int file_read(lua_State *L)
{
    return tell(L, original(L), may_wait(luaL_testudata(L, 1, LUA_FILEHANDLE)));
}

static int io_read(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, DEFAULT_INPUT);
    bool waits = may_wait(luaL_testudata(L, -1, LUA_FILEHANDLE));
    lua_pop(L, 1);
    return tell(L, original(L), waits);
}

/* ---- lines ---- */

/* The steps of `lines`, whose first upvalue is the file; one for each number of
 * upvalues, with their function behind them. */
#define STEP(own)                                                              \
    static int step_##own(lua_State *L)                                        \
    {                                                                          \
        bool waits =                                                           \
            may_wait(luaL_testudata(L, lua_upvalueindex(1), LUA_FILEHANDLE));  \
        return tell(L, lua_tocfunction(L, lua_upvalueindex((own) + 1)),        \
                    waits);                                                    \
    }
STEP(3)
STEP(4)

/* In the place of the function at the top, where it is a step. */
static void replace_step(lua_State *L)
{
    int top = lua_gettop(L);
    lua_CFunction function = lua_tocfunction(L, top);
    int count = function ? calls_push_upvalues(L, 1) : 0;
    if (count == 3 || count == 4) {
        lua_pushcfunction(L, function);
        lua_pushcclosure(L, count == 3 ? step_3 : step_4, count + 1);
        lua_replace(L, top);
    }
    lua_settop(L, top);
}

static int file_lines(lua_State *L)
{
    int results = original(L)(L);
    if (results == 1)
        replace_step(L);
    return results;
}

/* ---- the whole ---- */

/* The field of the table at the top: neither one that was replaced before, nor
 * somebody's own, which has upvalues. */
static void replace(lua_State *L, const char *name, lua_CFunction with)
{
    int top = lua_gettop(L);
    lua_getfield(L, top, name);
    if (lua_iscfunction(L, -1) && !lua_getupvalue(L, -1, 1)) {
        lua_pushcclosure(L, with, 1);
        lua_setfield(L, top, name);
        calls_wrap_field(L, name, name, CALLS_FILE);
    }
    lua_settop(L, top);
}

void reads_tell(lua_State *L)
{
    int top = lua_gettop(L);
    if (tl_simulate_is_on())
        return;
    luaL_checkstack(L, 8, NULL);
    if (luaL_getmetatable(L, LUA_FILEHANDLE) == LUA_TTABLE &&
        lua_getfield(L, -1, "__index") == LUA_TTABLE) {
        replace(L, "read", file_read);
        replace(L, "lines", file_lines);
    }
    lua_settop(L, top);
    if (lua_getglobal(L, "io") == LUA_TTABLE)
        replace(L, "read", io_read);
    lua_settop(L, top);
}
