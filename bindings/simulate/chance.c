#include "simulate/chance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
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
#define STEP UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t draw(void)
{
    return mix(tl_task_seed() + ++draws * STEP);
}

/* The name of the `attempt`-th try with this number. */
static void name_of(uint64_t number, uint64_t attempt, char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    number = mix(number + attempt * STEP);
    name = stpcpy(name, NAME_START);
    for (int i = 0; i < NAME_LETTERS; i++) {
        *name++ = letters[number % (sizeof letters - 1)];
        number /= sizeof letters - 1;
    }
    *name = '\0';
}

/* The first try whose name is free. */
static uint64_t free_name(uint64_t number, char *name)
{
    struct stat found;
    uint64_t attempt = 0;
    do
        name_of(number, attempt, name);
    while (lstat(name, &found) == 0 && ++attempt < TRIES_MOST);
    return attempt;
}

/* Makes the file, as the stock function does.  It is one number and one point,
 * however many names are taken by what earlier runs left, so that the steps
 * are the same where nothing is left; the point says the name that the file
 * gets unless somebody takes that after it. */
static int os_tmpname(lua_State *L)
{
    char name[sizeof NAME_START + NAME_LETTERS];
    uint64_t number = draw();
    uint64_t attempt = free_name(number, name);
    file_points_announce(L, TL_FILE_OPEN, name);
    int fd = -1;
    for (; fd < 0 && attempt < TRIES_MOST; attempt++) {
        name_of(number, attempt, name);
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
    random_reseed(lua_newthread(L));
    lua_pop(L, 1);
    wrap_library(L, "math", math);
    wrap_library(L, "os", os);
}
