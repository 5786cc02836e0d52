#include "labs/files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <lauxlib.h>

#include "tidelock.h"

#define WATCHER_CLASS "tidelock.labs.watcher"

static int refuse(lua_State *L, const char *path)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, strerror(errno));
    return 2;
}

static int make(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct stat status;
    if (mkdir(path, 0777) < 0 &&
        !(errno == EEXIST && stat(path, &status) == 0 &&
          S_ISDIR(status.st_mode)))
        return refuse(L, path);
    lua_pushboolean(L, 1);
    return 1;
}

static int list(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        return refuse(L, path);
    lua_newtable(L);
    lua_Integer kept = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            lua_pushstring(L, name);
            lua_rawseti(L, -2, ++kept);
        }
        free(entries[i]);
    }
    free(entries);
    return 1;
}

static int file_stat(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct stat status;
    if (stat(path, &status) < 0)
        return refuse(L, path);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, S_ISREG(status.st_mode)   ? "file"
                      : S_ISDIR(status.st_mode) ? "folder"
                                                : "other");
    lua_setfield(L, -2, "kind");
    lua_pushinteger(L, (lua_Integer)status.st_size);
    lua_setfield(L, -2, "size");
    lua_pushnumber(L, (double)status.st_mtim.tv_sec +
                          (double)status.st_mtim.tv_nsec / 1e9);
    lua_setfield(L, -2, "changed");
    lua_pushinteger(L, (lua_Integer)status.st_ino);
    lua_setfield(L, -2, "number");
    return 1;
}

static int real(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    char whole[PATH_MAX];
    if (!realpath(path, whole))
        return refuse(L, path);
    lua_pushstring(L, whole);
    return 1;
}

/* A timer's descriptor: the runtime, which knows how to sleep, is not there. */
static int file_sleep(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    struct itimerspec time = {.it_value.tv_sec = (time_t)seconds};
    time.it_value.tv_nsec =
        (long)((seconds - (double)time.it_value.tv_sec) * 1e9) + 1;
    int timer = tl_standard_avoid(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    uint64_t times;
    bool well = timer >= 0 && timerfd_settime(timer, 0, &time, NULL) == 0 &&
                read(timer, &times, sizeof times) == sizeof times;
    if (timer >= 0)
        close(timer);
    lua_pushboolean(L, well);
    return 1;
}

/* ---- watcher ---- */

static int *check_watcher(lua_State *L)
{
    return luaL_checkudata(L, 1, WATCHER_CLASS);
}

static int watch(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    int *watcher = lua_newuserdata(L, sizeof *watcher);
    *watcher = tl_standard_avoid(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    luaL_setmetatable(L, WATCHER_CLASS);
    if (*watcher < 0)
        return refuse(L, path);
    /* editors write a file, or another one that they rename */
    if (inotify_add_watch(*watcher, path,
                          IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |
                              IN_DELETE | IN_ONLYDIR) < 0)
        return refuse(L, path);
    return 1;
}

static int watcher_changed(lua_State *L)
{
    const int *watcher = check_watcher(L);
    char events[4096];
    bool changed = false;
    while (*watcher >= 0 && read(*watcher, events, sizeof events) > 0)
        changed = true;
    lua_pushboolean(L, changed);
    return 1;
}

static int watcher_close(lua_State *L)
{
    int *watcher = check_watcher(L);
    if (*watcher >= 0)
        close(*watcher);
    *watcher = -1;
    return 0;
}

static const luaL_Reg methods[] = {
    {"changed", watcher_changed}, {"close", watcher_close}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"make", make},      {"list", list},
                                     {"stat", file_stat}, {"real", real},
                                     {"watch", watch},    {"sleep", file_sleep},
                                     {NULL, NULL}};

int files_open_library(lua_State *L)
{
    luaL_newmetatable(L, WATCHER_CLASS);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, watcher_close);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
