#include "simulate/chance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/compat.h"
#include "lua/random.h"
#include "simulate/file_points.h"
#include "simulate/wrap.h"
#include "tidelock.h"

#define TRIES_MOST 10000
#define NAME_START "/tmp/lua_"
#define NAME_LETTERS 6

static lua_CFunction stock_tmpname, stock_randomseed;

/* How often this thread has drawn; a child goes on from its parent's count, but
 * with a seed of its own. */
static _Thread_local uint64_t draws;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t draw(void)
{
    uint64_t z = tl_task_seed() + ++draws * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void draw_name(char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    uint64_t number = draw();
    name = stpcpy(name, NAME_START);
    for (int i = 0; i < NAME_LETTERS; i++) {
        *name++ = letters[number % (sizeof letters - 1)];
        number /= sizeof letters - 1;
    }
    *name = '\0';
}

/* Makes the file, as the stock function does. */
static int os_tmpname(lua_State *L)
{
    char name[sizeof NAME_START + NAME_LETTERS];
    int fd = -1;
    for (int i = 0; fd < 0 && i < TRIES_MOST; i++) {
        draw_name(name);
        file_points_announce(L, TL_FILE_OPEN, name);
        file_points_makes(name);
        fd = tl_standard_avoid(
            open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return luaL_error(L, "unable to generate a unique filename");
    close(fd);
    lua_pushstring(L, name);
    return 1;
}

/* Without arguments the stock one takes the time and an address. */
static int math_randomseed(lua_State *L)
{
    if (COMPAT_OWN_RANDOM && lua_gettop(L) == 0) {
        lua_pushinteger(L, (lua_Integer)draw());
        lua_pushinteger(L, (lua_Integer)draw());
    }
    return stock_randomseed(L);
}

void chance_open(lua_State *L)
{
    static const struct wrap os[] = {{"tmpname", &stock_tmpname, os_tmpname},
                                     {NULL, NULL, NULL}};
    static const struct wrap math[] = {
        {"randomseed", &stock_randomseed, math_randomseed}, {NULL, NULL, NULL}};
    random_open(L);
    wrap_library(L, "math", math);
    wrap_library(L, "os", os);
}

void chance_seed(lua_State *L)
{
    random_reseed(lua_newthread(L));
    lua_pop(L, 1);
}
