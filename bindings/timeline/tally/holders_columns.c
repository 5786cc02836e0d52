#include "timeline/tally/holders.h"

#include <lauxlib.h>

#include "timeline/read/columns.h"

#define FIELD(name)                                                            \
    static int64_t get_##name(const void *owner, size_t index)                 \
    {                                                                          \
        const struct list *list = owner;                                       \
        return ((const struct hold *)list->items)[index].name;                 \
    }
FIELD(task)
FIELD(object)
FIELD(from)
FIELD(to)

void holders_push(lua_State *L, int index)
{
    const struct list *list = lua_touserdata(L, index);
    static const struct {
        const char *name;
        column_get *get;
    } columns[] = {{"task", get_task},
                   {"object", get_object},
                   {"from", get_from},
                   {"to", get_to}};
    lua_createtable(L, 0, 5);
    lua_pushinteger(L, (lua_Integer)list->count);
    lua_setfield(L, -2, "count");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        column_push(L, index, list, list->count, columns[i].get);
        lua_setfield(L, -2, columns[i].name);
    }
}

const struct list *holders_list(lua_State *L, int index)
{
    lua_getfield(L, index, "to");
    const struct list *list = column_owner(L, -1, get_to);
    lua_pop(L, 1);
    return list;
}

static uint32_t greatest_object(const struct list *list)
{
    const struct hold *holds = list->items;
    uint32_t greatest = 0;
    for (size_t i = 0; i < list->count; i++)
        if (holds[i].object > greatest)
            greatest = holds[i].object;
    return greatest;
}

int holders_held(lua_State *L)
{
    int64_t from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    const struct list *list = holders_list(L, 1);
    const struct hold *holds = list->items;
    uint32_t count = greatest_object(list);
    uint64_t *sums = list_push_zeros(L, (size_t)count + 1, sizeof *sums);
    for (size_t i = 0; i < list->count; i++) {
        int64_t begin = holds[i].from > from ? holds[i].from : from;
        int64_t end = holds[i].to < to ? holds[i].to : to;
        if (end > begin)
            sums[holds[i].object] += (uint64_t)(end - begin);
    }
    lua_newtable(L);
    for (uint32_t object = 1; object <= count; object++) {
        if (sums[object] == 0)
            continue;
        lua_pushinteger(L, (lua_Integer)sums[object]);
        lua_seti(L, -2, object);
    }
    return 1;
}
