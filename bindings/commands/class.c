#include "commands/class.h"

#include <string.h>

#include "lua/misuse.h"
#include "lua/shown.h"

int command_no_field(lua_State *L, const char *title, const luaL_Reg *list,
                     const char *fields)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    shown_add_methods(&buffer, list);
    luaL_addstring(&buffer, fields);
    luaL_pushresult(&buffer);
    const char *names = lua_tostring(L, -1);
    return misuse(L, NULL, title,
                  "there is no field or method \"%s\"; there are: %s",
                  shown_text(L, 2), names);
}

int command_no_setting(lua_State *L, const char *title)
{
    return misuse(L, NULL, title, "the field \"%s\" cannot be set",
                  shown_text(L, 2));
}

void command_class(lua_State *L, const char *name, const luaL_Reg *list,
                   lua_CFunction index, const luaL_Reg *others)
{
    luaL_newmetatable(L, name);
    luaL_setfuncs(L, others, 0);
    lua_pushstring(L, strchr(name, '.') + 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__name");
    lua_setfield(L, -2, "__metatable");
    lua_newtable(L);
    luaL_setfuncs(L, list, 0);
    lua_pushcclosure(L, index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
