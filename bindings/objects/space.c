/* ipc.open: see space/space.h.  What it returns is a table with a function for
 * each kind of object; these call the constructors of ipc itself, which make
 * the object in the space (context_making). */
#include <stdlib.h>
#include <string.h>

#include "codec/message.h"
#include "codec/refusal.h"
#include "far/door.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/space.h"
#include "objects/suggest.h"

static char spaces_key; /* registry: what ipc.open returned, by number */

/* The number of the space at index; 0 where there is none. */
static unsigned space_test(lua_State *L, int index)
{
    lua_Integer number = 0;
    if (lua_type(L, index) == LUA_TTABLE && lua_getmetatable(L, index)) {
        lua_rawgetp(L, -1, &spaces_key);
        number = lua_tointeger(L, -1);
        lua_pop(L, 2);
    }
    return (unsigned)number;
}

/* ---- objects by name ---- */

static const char *check_object_name(lua_State *L, int index, unsigned space,
                                     const char *call)
{
    size_t size;
    if (space_test(L, index) == space)
        misuse(L, NULL, call, "space \"%s\": call it with '.', not ':'",
               tl_space_name(space));
    if (lua_type(L, index) != LUA_TSTRING)
        misuse(L, NULL, call, "space \"%s\": the name must be a string, not %s",
               tl_space_name(space), shown(L, index));
    const char *name = lua_tolstring(L, index, &size);
    if (size == 0 || size >= TL_NAME_SIZE || strlen(name) != size)
        misuse(L, NULL, call,
               "space \"%s\": a name has 1 to %d bytes, and no zero byte",
               tl_space_name(space), TL_NAME_SIZE - 1);
    return name;
}

/* Finds the object of that name for a call that gives the name alone.  Leaves
 * it at the top; false: nothing. */
static bool find(lua_State *L, unsigned space, const char *name,
                 const char *call)
{
    struct tl_handle *handle = object_reserve(L);
    int status = tl_space_find(space, name, handle);
    if (status < 0) {
        lua_pop(L, 1);
        if (status != TL_EMPTY)
            result_failure(L, NULL, call, status);
        return false;
    }
    if (strcmp(tl_kind_name(handle->kind), call) != 0)
        object_mismatch(L, handle, call);
    object_settle(L);
    return true;
}

/* Calls the constructor (upvalue 3: where a run is recorded, a closure of its
 * own), in the space, with the arguments from index 2 on. */
static int make(lua_State *L, unsigned space, const char *name)
{
    bool running = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushvalue(L, lua_upvalueindex(3));
    lua_insert(L, 2);
    context_making = (struct making){
        .space = space, .any = lua_gettop(L) == 2, .name = name};
    int status = lua_pcall(L, lua_gettop(L) - 2, 1, 0);
    context_making = (struct making){0};
    if (running)
        lua_gc(L, LUA_GCRESTART, 0);
    return status == LUA_OK ? 1 : lua_error(L);
}

/* s.queue(name, ...).  Upvalues: the space's number, the kind's name, the
 * constructor. */
static int space_object(lua_State *L)
{
    unsigned space = (unsigned)lua_tointeger(L, lua_upvalueindex(1));
    const char *call = lua_tostring(L, lua_upvalueindex(2));
    const char *name = check_object_name(L, 1, space, call);
    if (lua_gettop(L) == 1 && find(L, space, name, call))
        return 1;
    return make(L, space, name);
}

/* ---- the space itself ---- */

unsigned space_check(lua_State *L, int index, const char *call)
{
    unsigned number = space_test(L, index);
    if (number == 0)
        misuse(L, NULL, call,
               "a space is expected, as ipc.open returns it (was it called "
               "with ':'?)");
    return number;
}

/* They are made by Lua, in tidelock_remote, and named like those of here. */
bool space_is_far(lua_State *L, int index)
{
    if (!lua_istable(L, index) || space_test(L, index) ||
        luaL_getmetafield(L, index, "__metatable") == LUA_TNIL)
        return false;
    const char *class = lua_tostring(L, -1);
    bool is_space = class && strcmp(class, "space") == 0;
    lua_pop(L, 1);
    return is_space;
}

/* Pushes a userdata with the names in the space, *count of them. */
static struct tl_name *push_names(lua_State *L, unsigned space, size_t *count)
{
    for (size_t most = 64;; most = *count + *count / 4) {
        struct tl_name *names = lua_newuserdatauv(L, most * sizeof *names, 1);
        int64_t n = tl_space_names(space, names, most);
        if (n < 0)
            result_failure(L, NULL, "list", (int)n);
        *count = (size_t)n;
        if (*count <= most)
            return names;
        lua_pop(L, 1); /* too small: more came meanwhile */
    }
}

/* Pushes { name =, kind =, state = }; nothing where the object was removed. */
static bool push_listed(lua_State *L, unsigned space, const char *name)
{
    struct tl_handle handle = {0};
    char text[TL_TEXT_SIZE];
    int status = tl_space_find(space, name, &handle);
    if (status < 0 && status != TL_EMPTY)
        result_failure(L, NULL, "list", status);
    if (status < 0)
        return false;
    tl_describe(&handle, text, sizeof text);
    int kind = handle.kind;
    tl_handle_close(&handle);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, tl_kind_name(kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, text);
    lua_setfield(L, -2, "state");
    return true;
}

/* s:list(): a list of the objects. */
static int space_list(lua_State *L)
{
    unsigned space = space_check(L, 1, "list");
    check_method(L, 0, "list");
    size_t count;
    lua_settop(L, 1);
    lua_newtable(L);
    const struct tl_name *names = push_names(L, space, &count);
    lua_Integer listed = 0;
    for (size_t i = 0; i < count; i++)
        if (push_listed(L, space, names[i].text))
            lua_rawseti(L, 2, ++listed);
    lua_settop(L, 2);
    return 1;
}

/* s:remove(name): whether there was such an object. */
static int space_remove(lua_State *L)
{
    unsigned space = space_check(L, 1, "remove");
    check_method(L, 1, "remove");
    int status;
    if (lua_isnoneornil(L, 2))
        status = tl_space_unlink(tl_space_name(space));
    else
        status =
            tl_space_remove(space, check_object_name(L, 2, space, "remove"));
    if (status < 0 && status != TL_EMPTY)
        return result_failure(L, NULL, "remove", status);
    lua_pushboolean(L, status == TL_OK);
    return 1;
}

static int space_tostring(lua_State *L)
{
    const char *name = tl_space_name(space_check(L, 1, "tostring"));
    lua_pushfstring(L, "space \"%s\"", name);
    return 1;
}

static int space_newindex(lua_State *L)
{
    const char *name = tl_space_name(space_check(L, 1, "newindex"));
    return misuse(L, NULL, NULL,
                  "space \"%s\": objects are made by s.queue(name), "
                  "s.lock(name) and so on; no field can be set",
                  name);
}

static int space_unknown(lua_State *L)
{
    const char *name = tl_space_name(space_check(L, 1, "index"));
    const char *wrong = shown_text(L, 2);
    const char *meant = suggest_name(L, 1, wrong);
    if (meant)
        return misuse(L, NULL, NULL,
                      "space \"%s\": has no %s; did you mean %s?", name, wrong,
                      meant);
    return misuse(L, NULL, NULL,
                  "space \"%s\": has no %s; there are: array, barrier, buffer, "
                  "condition, event, latch, list, lock, name, queue, remove, "
                  "rlock, rwlock, semaphore, table, value",
                  name, wrong);
}

static const char *const kinds[] = {
    "array", "barrier", "buffer", "condition", "event", "latch", "lock",
    "queue", "rlock",   "rwlock", "semaphore", "table", "value", NULL};
static const luaL_Reg methods[] = {
    {"list", space_list}, {"remove", space_remove}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__tostring", space_tostring},
                                       {"__newindex", space_newindex},
                                       {NULL, NULL}};

/* Pushes the table that s.X is looked up in.  Upvalue 1 of the caller: the
 * table of the API. */
static void push_members(lua_State *L, unsigned space)
{
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushstring(L, tl_space_name(space));
    lua_setfield(L, -2, "name");
    for (const char *const *kind = kinds; *kind; kind++) {
        lua_pushinteger(L, space);
        lua_pushstring(L, *kind);
        lua_getfield(L, lua_upvalueindex(1), *kind);
        lua_pushcclosure(L, space_object, 3);
        lua_setfield(L, -2, *kind);
    }
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, space);
    lua_rawsetp(L, -2, &spaces_key);
    lua_pushcfunction(L, space_unknown);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

static void push_space(lua_State *L, unsigned space)
{
    lua_newtable(L);
    lua_newtable(L);
    luaL_setfuncs(L, metamethods, 0);
    push_members(L, space);
    lua_setfield(L, -2, "__index");
    lua_pushinteger(L, space);
    lua_rawsetp(L, -2, &spaces_key);
    lua_pushliteral(L, "space");
    lua_setfield(L, -2, "__name");
    lua_pushliteral(L, "space");
    lua_setfield(L, -2, "__metatable");
    refusal_explain(L, "a space cannot leave its process; open it there, or "
                       "send its objects");
    lua_setmetatable(L, -2);
}

static int open_failed(lua_State *L, const char *name, int status)
{
    char path[128];
    if (status == TL_BAD_NAME || !tl_space_path(name, path, sizeof path))
        return misuse(L, NULL, "open", "\"%s\" is no name for a space: %s",
                      name, tl_status_text(TL_BAD_NAME));
    switch (status) {
    case TL_NOT_OURS:
    case TL_NO_SPACE:
    case TL_OTHER_VERSION:
        return misuse(L, NULL, "open",
                      "space \"%s\": the file %s %s; remove it with "
                      "tidelock rm %s, or choose another name",
                      name, path, tl_status_text(status), name);
    case TL_CHECKED:
        return misuse(L, NULL, "open",
                      "space \"%s\": process %d has it for itself until it has "
                      "checked what is there, and is stopped: continue it "
                      "(kill -CONT) or end it",
                      name, (int)tl_space_checker(name));
    case TL_INTERRUPTED:
    case TL_CANCELLED:
        return result_failure(L, NULL, "open", status);
    case TL_SYSTEM:
        return misuse(L, NULL, "open", "space \"%s\": %s: %m%s", name, path,
                      result_way_out());
    default:
        return misuse(L, NULL, "open", "space \"%s\": %s", name,
                      tl_status_text(status));
    }
}

/* Whether the first argument, or the option `name`, is an address. */
static bool names_address(lua_State *L)
{
    bool table = lua_istable(L, 1);
    if (table)
        lua_getfield(L, 1, "name");
    const char *text = lua_type(L, table ? -1 : 1) == LUA_TSTRING
                           ? lua_tostring(L, table ? -1 : 1)
                           : NULL;
    bool address = text && door_is_address(text);
    if (table)
        lua_pop(L, 1);
    return address;
}

/* ipc.open(name) or ipc.open{ name =, functions = }.  Upvalue: the table of
 * the API. */
static int ipc_open(lua_State *L)
{
    static const char *const names[] = {"name", "functions", NULL};
    if (names_address(L) || (getenv("TIDELOCK_ENGINE") && !tl_simulate_is_on()))
        return door_open_address(L);
    if (lua_gettop(L) == 2 && lua_istable(L, 2))
        check_gather_options(L,
                             "name"); /* ipc.open(name, { functions = true }) */
    check_options(L, "open", names);
    if (lua_type(L, 1) != LUA_TSTRING)
        return misuse(L, NULL, "open",
                      "the space's name must be a string, not %s",
                      shown_a_type(L, 1));
    const char *name = lua_tostring(L, 1);
    if (!lua_isnil(L, 2) && !lua_isboolean(L, 2))
        return misuse(L, NULL, "open",
                      "functions must be true or false, not %s",
                      shown_a_type(L, 2));
    context_state = L;
    int space =
        strlen(name) == lua_rawlen(L, 1) ? tl_space_open(name) : TL_BAD_NAME;
    if (space < 0)
        return open_failed(L, name, space);
    if (!lua_isnil(L, 2))
        message_allow_functions((unsigned)space, lua_toboolean(L, 2));
    lua_rawgetp(L, LUA_REGISTRYINDEX, &spaces_key);
    if (lua_rawgeti(L, -1, space) == LUA_TNIL) {
        push_space(L, (unsigned)space);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -4, space);
    }
    return 1;
}

void space_open(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &spaces_key);
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, ipc_open, 1);
    lua_setfield(L, -2, "open");
}
