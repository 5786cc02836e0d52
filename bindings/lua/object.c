#include "lua/object.h"

#include <stdio.h>

struct object *object_at(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA ||
        lua_rawlen(L, index) < sizeof(struct object))
        return NULL;
    struct object *object = lua_touserdata(L, index);
    uint64_t kind = object->magic - OBJECT_MAGIC;
    return kind < TL_KINDS ? object : NULL;
}

struct object *object_of(const struct tl_handle *handle)
{
    return (struct object *)((uintptr_t)handle -
                             offsetof(struct object, handle));
}

void object_title(const struct tl_handle *handle, char *text, size_t size)
{
    const struct closed *closed = object_of(handle)->closed;
    if (closed)
        snprintf(text, size, "%s", closed->title);
    else
        tl_title(handle, text, size);
}

struct tl_handle *object_test(lua_State *L, int index)
{
    struct object *object = object_at(L, index);
    return object && object->handle.object ? &object->handle : NULL;
}
