#include <stdarg.h>
#include <stdio.h>

#include <lauxlib.h>

#include "remote/remote.h"

const struct door_core *remote_core;

int remote_raise(lua_State *L, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lua_pushstring(L, text);
    return lua_error(L);
}
