/* ipc.ps: what the tasks of this program do. */
#include "far/mark.h"
#include "lua/fields.h"
#include "lua/support.h"
#include "objects.h"
#include "objects/space.h"

static void push_task(lua_State *L, const struct tl_task_info *info)
{
    lua_createtable(L, 0, 7);
    field_text(L, "name", info->name);
    field_integer(L, "pid", info->pid);
    field_text(L, "state", info->state);
    if (info->waits[0])
        field_text(L, "waits", info->waits);
    if (info->where[0])
        field_text(L, "where", info->where);
    if (info->since > 0)
        field_number(L, "since", info->since);
    lua_createtable(L, (int)info->hold_count, 0);
    for (unsigned i = 0; i < info->hold_count; i++) {
        lua_pushstring(L, info->holds[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "holds");
}

/* ipc.ps([space]) */
static int ipc_ps(lua_State *L)
{
    check_function(L, 1, "ps");
    if (door_is_far(L, 1) || space_is_far(L, 1))
        return misuse(L, NULL, "ps",
                      "it looks into spaces of this machine, and this is on a "
                      "server (%s): s:members() tells of the programs there "
                      "and what they wait for, as the command tidelock ps "
                      "ADDRESS does",
                      luaL_tolstring(L, 1, NULL));
    unsigned arena = lua_isnoneornil(L, 1) ? 0 : space_check(L, 1, "ps");
    uint32_t number = 1;
    int status;
    lua_newtable(L);
    for (lua_Integer n = 1;; n++) {
        struct tl_task_info info;
        status = tl_task_look(arena, &number, &info);
        if (status == TL_EMPTY)
            return 1;
        if (status < 0)
            return result_failure(L, NULL, "ps", status);
        push_task(L, &info);
        lua_rawseti(L, -2, n);
    }
}

void ps_open(lua_State *L)
{
    lua_pushcfunction(L, ipc_ps);
    lua_setfield(L, -2, "ps");
}
