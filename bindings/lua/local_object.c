#include "lua/local_object.h"

#include <string.h>

#include "lua/support.h"
#include "lua/userdata.h"

static char outside_key; /* in a metatable: struct outside */

void local_object_add_outside(lua_State *L, const struct outside *outside)
{
    lua_pushlightuserdata(L, (void *)outside);
    lua_rawsetp(L, -2, &outside_key);
}

const struct outside *local_object_outside(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgetp(L, -1, &outside_key);
    const struct outside *outside = lua_touserdata(L, -1);
    lua_pop(L, 2);
    return outside;
}

/* The registry has the metatable under the class's address. */

void **local_object_new(lua_State *L, const struct local_object_class *class)
{
    void **state = lua_newuserdatauv(L, sizeof *state, 1);
    *state = NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, class);
    lua_setmetatable(L, -2);
    return state;
}

void **local_object_check(lua_State *L, const struct local_object_class *class)
{
    if (lua_type(L, 1) == LUA_TUSERDATA && lua_getmetatable(L, 1)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, class);
        bool same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
        if (same)
            return lua_touserdata(L, 1);
    }
    misuse_wrong_object(L, 1, class->name);
    return NULL;
}

bool local_object_leave(void **state)
{
    if (tl_idle_running())
        return false;
    *state = NULL;
    return true;
}

/* Pushes "connection tcp:...". */
static void push_title(lua_State *L, const struct local_object_class *class)
{
    void *state = *local_object_check(L, class);
    if (state)
        class->title(L, state);
    else
        lua_pushstring(L, class->name);
}

tl_deadline local_object_deadline(lua_State *L, int index,
                                  const struct local_object_class *class,
                                  const char *call)
{
    if (lua_isnoneornil(L, index))
        return check_deadline(L, index, NULL, call);
    push_title(L, class);
    call = lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), call);
    tl_deadline deadline = check_deadline(L, index, NULL, call);
    lua_pop(L, 2);
    return deadline;
}

int local_object_misuse(lua_State *L, const struct local_object_class *class,
                        const char *call, const char *text)
{
    push_title(L, class);
    return misuse(L, NULL, lua_tostring(L, -1), "%s: %s", call, text);
}

void *local_object_state(lua_State *L, const struct local_object_class *class,
                         const char *call)
{
    void *state = *local_object_check(L, class);
    if (!state)
        misuse(L, NULL, class->name, "%s: %s; it cannot be used any more", call,
               tl_status_text(TL_DROPPED));
    return state;
}

int local_object_result(lua_State *L, const struct local_object_class *class,
                        const char *call, int status)
{
    if (status == TL_INTERRUPTED || status == TL_CANCELLED ||
        status == TL_STUCK)
        return result_failure(L, NULL, NULL, status);
    push_title(L, class);
    const char *about = lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), call);
    return result(L, NULL, about, status);
}

/* ---- metamethods: upvalue 1 is the class ---- */

static const struct local_object_class *class_here(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

static int private_gc(lua_State *L)
{
    const struct local_object_class *class = class_here(L);
    void **state = local_object_check(L, class);
    void *dropped = *state;
    *state = NULL;
    if (dropped)
        class->drop(dropped);
    return 0;
}

static int private_close(lua_State *L)
{
    lua_getfield(L, 1, "close");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
    return 0;
}

static int private_tostring(lua_State *L)
{
    const struct local_object_class *class = class_here(L);
    push_title(L, class);
    /* after that: whatever allocates may run a finalizer that closes it */
    const void *state = *local_object_check(L, class);
    const char *condition = state ? NULL : "closed";
    if (state && class->condition)
        condition = class->condition(state);
    if (condition)
        lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), condition);
    return 1;
}

static const char *push_fields(lua_State *L,
                               const struct local_object_class *class)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    shown_add_methods(&buffer, class->methods);
    for (const struct local_object_property *property = class->properties;
         property && property->name; property++) {
        luaL_addstring(&buffer, ", ");
        luaL_addstring(&buffer, property->name);
    }
    luaL_pushresult(&buffer);
    return lua_tostring(L, -1);
}

/* Upvalue 2: the methods. */
static int private_index(lua_State *L)
{
    const struct local_object_class *class = class_here(L);
    void *const *state = local_object_check(L, class);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL)
        return 1;
    const char *name = shown_text(L, 2);
    for (const struct local_object_property *property = class->properties;
         property && property->name; property++)
        if (strcmp(property->name, name) == 0) {
            if (!*state)
                local_object_state(L, class, name);
            property->push(L, *state);
            return 1;
        }
    return misuse(L, NULL, class->name,
                  "there is no field or method \"%s\"; there are: %s", name,
                  push_fields(L, class));
}

static int private_newindex(lua_State *L)
{
    const char *name = shown_text(L, 2);
    return misuse(L, NULL, class_here(L)->name,
                  "the field \"%s\" cannot be set", name);
}

void local_object_open(lua_State *L, const struct local_object_class *class)
{
    static const luaL_Reg metamethods[] = {{"__gc", private_gc},
                                           {"__close", private_close},
                                           {"__tostring", private_tostring},
                                           {"__newindex", private_newindex},
                                           {NULL, NULL}};
    lua_createtable(L, 0, 8);
    lua_pushlightuserdata(L, (void *)class);
    luaL_setfuncs(L, metamethods, 1);
    lua_pushlightuserdata(L, (void *)class);
    lua_newtable(L);
    luaL_setfuncs(L, class->methods, 0);
    lua_pushcclosure(L, private_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, class->name);
    lua_setfield(L, -2, "__name");
    lua_pushstring(L, class->name);
    lua_setfield(L, -2, "__metatable");
    if (class->outside)
        local_object_add_outside(L, class->outside);
    lua_rawsetp(L, LUA_REGISTRYINDEX, class);
}
