#include "judge/plain_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/compat.h"
#include "tidelock.h"

static int refuse(lua_State *L, const char *path, const char *why)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s %s", path, why);
    return 2;
}

static int refuse_call(lua_State *L, const char *path)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, strerror(errno));
    return 2;
}

/* What it is instead of a file; NULL: it is one. */
static const char *other_kind(mode_t mode)
{
    if (S_ISREG(mode))
        return NULL;
    return S_ISDIR(mode)    ? "is a folder, not a file"
           : S_ISFIFO(mode) ? "is a pipe (FIFO), not a file"
           : S_ISSOCK(mode) ? "is a socket, not a file"
                            : "is a device, not a file";
}

/* How many bytes there are, up to `most`; -1: an error. */
static ssize_t read_all(int fd, char *text, size_t most)
{
    size_t size = 0;
    while (size < most) {
        ssize_t got = read(fd, text + size, most - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        size += (size_t)got;
    }
    return (ssize_t)size;
}

int plain_file_push(lua_State *L, const char *path)
{
    struct stat status;
    char *text = lua_newuserdatauv(L, PLAIN_FILE_MOST + 1, 0);
    if (stat(path, &status) < 0)
        return refuse_call(L, path);
    const char *other = other_kind(status.st_mode);
    if (other)
        return refuse(L, path, other);
    /* O_NONBLOCK: it may be another one by now */
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd < 0)
        return refuse_call(L, path);
    ssize_t size = read_all(fd, text, PLAIN_FILE_MOST + 1);
    int error = errno;
    close(fd);
    errno = error;
    if (size < 0)
        return refuse_call(L, path);
    if (size > PLAIN_FILE_MOST)
        return refuse(L, path, "is larger than 1 MiB");
    lua_pushlstring(L, text, (size_t)size);
    return 1;
}

static int read_path(lua_State *L)
{
    return plain_file_push(L, luaL_checkstring(L, 1));
}

int plain_file_open_library(lua_State *L)
{
    lua_pushcfunction(L, read_path);
    return 1;
}
