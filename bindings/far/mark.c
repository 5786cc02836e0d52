#include "far/mark.h"

#include <string.h>

#define OURS "@bindings/remote/"

static char mark_key; /* in a metatable: true */

_Thread_local const char *door_space;
void (*door_arrive)(lua_State *L);

void door_mark(lua_State *L)
{
    lua_pushboolean(L, 1);
    lua_rawsetp(L, -2, &mark_key);
}

bool door_is_far(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_checkstack(L, 3) ||
        !lua_getmetatable(L, index))
        return false;
    lua_rawgetp(L, -1, &mark_key);
    bool far = lua_toboolean(L, -1);
    lua_pop(L, 2);
    return far;
}

bool door_is_ours(const lua_Debug *frame)
{
    return strncmp(frame->source, OURS, sizeof OURS - 1) == 0;
}

bool door_is_amid(lua_State *L)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame); level++)
        if (lua_getinfo(L, "S", &frame) && *frame.what != 'C')
            return door_is_ours(&frame);
    return false;
}
