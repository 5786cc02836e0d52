#include "repl/terminal.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "repl/outputs.h"
#include "terminal/screen.h"
#include "tidelock.h"
#include "trace/recorder.h"

#define WIDTH_USUAL 80
#define WIDTH_LEAST 20

static bool has_quit;

bool terminal_has_quit(void)
{
    return has_quit;
}

static int columns(lua_State *L)
{
    int width, rows;
    bool known = screen_size(STDOUT_FILENO, &width, &rows);
    if (!known || width <= 0)
        width = WIDTH_USUAL;
    lua_pushinteger(L, width > WIDTH_LEAST ? width : WIDTH_LEAST);
    return 1;
}

/* A folder that cannot be read has no names.  Those of folders end in a slash.
 */
static int list(lua_State *L)
{
    DIR *folder = opendir(luaL_checkstring(L, 1));
    lua_newtable(L);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        lua_pushfstring(L, "%s%s", entry->d_name,
                        entry->d_type == DT_DIR ? "/" : "");
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
    if (folder)
        closedir(folder);
    return 1;
}

static int quit(lua_State *L)
{
    (void)L;
    has_quit = true;
    return 0;
}

/* seed(): of the simulation; nil: there is none. */
static int seed(lua_State *L)
{
    int64_t number = tl_simulate_seed();
    if (number < 0)
        return 0;
    lua_pushinteger(L, (lua_Integer)number);
    return 1;
}

/* traced(): the file that is recorded into; nil: none. */
static int traced(lua_State *L)
{
    lua_pushstring(L, recorder_path());
    return 1;
}

/* alone(f): calls it, while no output of a child comes to the terminal. */
static int alone(lua_State *L)
{
    outputs_hold();
    int status = lua_pcall(L, 0, 0, 0);
    outputs_release();
    return status == LUA_OK ? 0 : lua_error(L);
}

static void set_program(lua_State *L)
{
    char path[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    lua_pushstring(L, path);
    lua_setfield(L, -2, "program");
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    lua_pushstring(L, path);
    lua_setfield(L, -2, "folder");
}

void terminal_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"columns", columns}, {"list", list},   {"quit", quit}, {"seed", seed},
        {"traced", traced},   {"alone", alone}, {NULL, NULL}};
    has_quit = false;
    luaL_newlib(L, functions);
    lua_pushboolean(L, screen_has_colours());
    lua_setfield(L, -2, "colour");
    set_program(L);
}
