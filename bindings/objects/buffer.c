/* ipc.buffer: see data/buffer.h. */
#include <string.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

static struct tl_handle *check_buffer(lua_State *L)
{
    return object_check(L, 1, TL_KIND_BUFFER);
}

static int buffer_new(lua_State *L)
{
    static const char *const names[] = {"bytes", "name", NULL};
    check_options(L, "buffer", names);
    lua_Integer size =
        check_integer(L, 1, NULL, "buffer", "bytes", 1, INT64_MAX / 2);
    const char *name = check_name(L, 2, "buffer");
    struct tl_handle *buffer = object_new(L, TL_KIND_BUFFER);
    bool tried = false;
    int status;
    do
        status = tl_buffer_new(buffer, name, (uint64_t)size);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "buffer", status);
    return 1;
}

static void check_data(lua_State *L, const struct tl_handle *buffer,
                       const char *call, const unsigned char *data)
{
    if (!data)
        result_failure(L, buffer, call,
                       buffer->object ? TL_FOREIGN : TL_DROPPED);
}

/* The offset at 2, counted from 0; raises unless `count` bytes from there are
 * inside. */
static size_t check_range(lua_State *L, const struct tl_handle *buffer,
                          const char *call, lua_Integer count)
{
    lua_Integer size = (lua_Integer)tl_buffer_size(buffer);
    lua_Integer offset =
        check_integer(L, 2, buffer, call, "the offset", 1, size);
    if (count > size - offset + 1)
        misuse(L, buffer, call,
               "%lld bytes from offset %lld on are more than its %lld",
               (long long)count, (long long)offset, (long long)size);
    return (size_t)offset - 1;
}

static int buffer_write(lua_State *L)
{
    struct tl_handle *buffer = check_buffer(L);
    check_method(L, 2, "write");
    size_t size;
    if (lua_type(L, 3) != LUA_TSTRING)
        return misuse(L, buffer, "write", "a string is expected, not %s",
                      shown_a_type(L, 3));
    const char *text = lua_tolstring(L, 3, &size);
    size_t offset = check_range(L, buffer, "write", (lua_Integer)size);
    unsigned char *data = tl_buffer_write(buffer, offset, size);
    check_data(L, buffer, "write", data);
    memcpy(data, text, size);
    lua_pushboolean(L, 1);
    return 1;
}

static int buffer_read(lua_State *L)
{
    struct tl_handle *buffer = check_buffer(L);
    check_method(L, 2, "read");
    lua_Integer count = check_integer(L, 3, buffer, "read", "n", 0,
                                      (lua_Integer)tl_buffer_size(buffer));
    size_t offset = check_range(L, buffer, "read", count);
    const unsigned char *data = tl_buffer_read(buffer, offset, (size_t)count);
    check_data(L, buffer, "read", data);
    lua_pushlstring(L, (const char *)data, (size_t)count);
    return 1;
}

static int buffer_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)tl_buffer_size(check_buffer(L)));
    return 1;
}

static const luaL_Reg methods[] = {
    {"write", buffer_write}, {"read", buffer_read}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__len", buffer_len}, {NULL, NULL}};
static const struct class buffer_class = {.methods = methods,
                                          .metamethods = metamethods};

void buffer_open(lua_State *L)
{
    object_class(L, TL_KIND_BUFFER, &buffer_class);
    lua_pushcfunction(L, buffer_new);
    lua_setfield(L, -2, "buffer");
}
