#include "timeline/read/contents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/compat.h"
#include "tidelock.h"

#define CLASS "tidelock.contents"

static int free_contents(lua_State *L)
{
    void **memory = luaL_checkudata(L, 1, CLASS);
    free(*memory);
    *memory = NULL;
    return 0;
}

static void **push_memory(lua_State *L)
{
    void **memory = lua_newuserdatauv(L, sizeof *memory, 0);
    *memory = NULL;
    if (luaL_newmetatable(L, CLASS)) {
        lua_pushcfunction(L, free_contents);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return memory;
}

/* How many bytes there were, at most `size`; -1: errno says why. */
static ssize_t read_whole(int fd, char *to, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t count = read(fd, to + done, size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        done += (size_t)count;
    }
    return (ssize_t)done;
}

/* Without waiting for whoever writes into a pipe; NULL: why is told. */
static const char *load(int fd, void **memory, struct bytes *bytes)
{
    struct stat file;
    if (fd < 0 || fstat(fd, &file) != 0)
        return strerror(errno);
    if (S_ISDIR(file.st_mode))
        return "it is a directory";
    if (!S_ISREG(file.st_mode))
        return "it is no regular file";
    size_t size = (size_t)file.st_size;
    *memory = malloc(size + 1);
    if (!*memory)
        return "it is larger than the memory that there is";
    ssize_t count = read_whole(fd, *memory, size);
    if (count < 0)
        return strerror(errno);
    const unsigned char *at = *memory;
    *bytes = (struct bytes){.at = at, .end = at + count};
    return NULL;
}

bool contents_push(lua_State *L, const char *path, struct bytes *bytes)
{
    void **memory = push_memory(L);
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const char *why = load(fd, memory, bytes);
    if (fd >= 0)
        close(fd);
    if (!why)
        return true;
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, why);
    return false;
}
