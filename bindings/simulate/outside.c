#include "simulate/outside.h"

#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>

#include "simulate/wrap.h"
#include "tidelock.h"

/* In package.searchers: the one for a C module, and the one for a part of a C
 * module of several, by the name of the whole. */
enum { C_SEARCHER = 3, C_ROOT_SEARCHER = 4 };

static lua_CFunction popen_stock, execute_stock, loadlib_stock;
static lua_CFunction c_stock, c_root_stock;

static int io_popen(lua_State *L)
{
    tl_simulate_outside("io.popen");
    return popen_stock(L);
}

/* Without a command it only asks whether there is a shell. */
static int os_execute(lua_State *L)
{
    if (!lua_isnoneornil(L, 1))
        tl_simulate_outside("os.execute");
    return execute_stock(L);
}

/* Modules in wide use that only compute: what they do is the same each time,
 * and nothing that another task could see. */
static const char *const pure[] = {"cjson", "lpeg", "lpeglabel", "lua-utf8",
                                   NULL};

static bool is_pure(const char *name, size_t size)
{
    for (const char *const *known = pure; *known; known++)
        if (strlen(*known) == size && memcmp(*known, name, size) == 0)
            return true;
    return false;
}

/* Tells that the module of this name, of `size` bytes, was loaded, if the first
 * of `results` is what loads it. */
static int tell(lua_State *L, const char *name, size_t size, int results)
{
    if (results > 0 && !is_pure(name, size) && !lua_isnil(L, -results) &&
        !lua_isstring(L, -results)) {
        lua_pushliteral(L, "the C module ");
        lua_pushlstring(L, name, size);
        lua_concat(L, 2);
        tl_simulate_outside(lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    return results;
}

/* Of posix.ctype and its like the first word alone: one require may load dozens
 * of them.  The name stays on the stack below the results, or with whoever
 * calls. */
static int search(lua_State *L, lua_CFunction stock)
{
    const char *name = luaL_checkstring(L, 1);
    return tell(L, name, strcspn(name, "."), stock(L));
}

static int search_c(lua_State *L)
{
    return search(L, c_stock);
}

static int search_c_root(lua_State *L)
{
    return search(L, c_root_stock);
}

static int package_loadlib(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    int results = loadlib_stock(L);
    /* "*" links the library, and returns true */
    return tell(L, path, strlen(path), results);
}

static void wrap_searcher(lua_State *L, int index, lua_CFunction *stock,
                          lua_CFunction function)
{
    lua_rawgeti(L, -1, index);
    wrap_top(L, stock, function);
    lua_rawseti(L, -2, index);
}

static void wrap_searchers(lua_State *L)
{
    lua_getglobal(L, "package");
    if (lua_istable(L, -1)) {
        if (lua_getfield(L, -1, "searchers") == LUA_TTABLE) {
            wrap_searcher(L, C_SEARCHER, &c_stock, search_c);
            wrap_searcher(L, C_ROOT_SEARCHER, &c_root_stock, search_c_root);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

void outside_open(lua_State *L)
{
    static const struct wrap io[] = {{"popen", &popen_stock, io_popen},
                                     {NULL, NULL, NULL}};
    static const struct wrap os[] = {{"execute", &execute_stock, os_execute},
                                     {NULL, NULL, NULL}};
    static const struct wrap package[] = {
        {"loadlib", &loadlib_stock, package_loadlib}, {NULL, NULL, NULL}};
    wrap_library(L, "io", io);
    wrap_library(L, "os", os);
    wrap_library(L, "package", package);
    wrap_searchers(L);
}
