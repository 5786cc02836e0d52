#include "labs/share.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

/* From the program's folder. */
static const char *const places[] = {"../share/tidelock", "../.."};
#define PLACES (sizeof places / sizeof *places)

/* The folder of the program, whichever link it was called by. */
static bool find_folder(char *path)
{
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return slash;
}

/* Puts the whole path into `path`, of PATH_MAX bytes; false: there is none. */
static bool find_path(const char *name, char *path)
{
    char folder[PATH_MAX];
    char place[PATH_MAX];
    if (!find_folder(folder))
        return false;
    for (size_t i = 0; i < PLACES; i++) {
        int size =
            snprintf(place, sizeof place, "%s/%s/%s", folder, places[i], name);
        if (size > 0 && size < (int)sizeof place && realpath(place, path))
            return true;
    }
    return false;
}

/* find(name) */
static int find(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    char path[PATH_MAX];
    if (find_path(name, path)) {
        lua_pushstring(L, path);
        return 1;
    }
    lua_pushnil(L);
    if (find_folder(path))
        lua_pushfstring(L, "%s is neither in %s/%s nor in %s/%s", name, path,
                        places[0], path, places[1]);
    else
        lua_pushstring(L, "the program's own place is not known: is /proc "
                          "mounted?");
    return 2;
}

int share_open_library(lua_State *L)
{
    lua_pushcfunction(L, find);
    return 1;
}
