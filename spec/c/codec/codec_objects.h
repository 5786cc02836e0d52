/*
 * Codec objects: stand-ins for the objects of the runtime, so that the codec
 * can be tested without it: each is a userdata that holds a tl_handle, whose
 * cell is the reference.
 */
#ifndef TL_CODEC_OBJECTS_H
#define TL_CODEC_OBJECTS_H

#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "codec/codec.h"
#include "lua/userdata.h"

#define OBJECT_TYPE "tidelock.test"

tl_ref tl_handle_ref(const struct tl_handle *handle)
{
    return handle->cell;
}

uint64_t tl_handle_name(const struct tl_handle *handle, char name[TL_NAME_SIZE])
{
    strcpy(name, "till");
    return handle->cell;
}

const char *tl_space_name(unsigned space)
{
    return space ? "kitchen" : NULL;
}

uint64_t tl_space_identity(unsigned space)
{
    return 1000 + space;
}

struct tl_handle *object_test(lua_State *L, int index)
{
    return luaL_testudata(L, index, OBJECT_TYPE);
}

void object_push(lua_State *L, tl_ref ref)
{
    struct tl_handle *handle = lua_newuserdata(L, sizeof *handle);
    *handle = (struct tl_handle){.cell = (uint32_t)ref};
    luaL_newmetatable(L, OBJECT_TYPE);
    lua_setmetatable(L, -2);
}

void object_push_named(lua_State *L, const char *space, uint64_t identity,
                       const char *name, int kind, uint64_t number)
{
    if (strcmp(space, "kitchen") != 0 || identity <= 1000 ||
        strcmp(name, "till") != 0 || kind != TL_KIND_LOCK)
        luaL_error(L, "%s in %s", name, space);
    object_push(L, (tl_ref)number);
}

#endif
