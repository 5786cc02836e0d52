#include "timeline/columns.h"

#include <lauxlib.h>

#include "lua/compat.h"

#define SPANS_CLASS "tidelock.spans"
#define COLUMN_CLASS "tidelock.column"

typedef int64_t field(const struct spans *spans, const struct span *span);

struct column {
    const struct spans *spans;
    field *field;
};

#define FIELD(name)                                                            \
    static int64_t get_##name(const struct spans *spans,                       \
                              const struct span *span)                         \
    {                                                                          \
        (void)spans;                                                           \
        return span->name;                                                     \
    }
#define PLACE(name)                                                            \
    static int64_t get_##name(const struct spans *spans,                       \
                              const struct span *span)                         \
    {                                                                          \
        return spans->places[span->place].name;                                \
    }

FIELD(task)
FIELD(began)
FIELD(ended)
FIELD(slept)
FIELD(waited)
FIELD(waker)
FIELD(called)
FIELD(message)
FIELD(result)
PLACE(operation)
PLACE(object)
PLACE(file)
PLACE(line)

static const struct {
    const char *name;
    field *field;
} names[] = {{"task", get_task},     {"operation", get_operation},
             {"object", get_object}, {"began", get_began},
             {"ended", get_ended},   {"slept", get_slept},
             {"waited", get_waited}, {"waker", get_waker},
             {"called", get_called}, {"message", get_message},
             {"file", get_file},     {"line", get_line},
             {"result", get_result}};

#define NAMES (sizeof names / sizeof *names)

static int free_spans(lua_State *L)
{
    spans_free(luaL_checkudata(L, 1, SPANS_CLASS));
    return 0;
}

struct spans *columns_push_spans(lua_State *L)
{
    struct spans *spans = lua_newuserdatauv(L, sizeof *spans, 0);
    *spans = (struct spans){0};
    if (luaL_newmetatable(L, SPANS_CLASS)) {
        lua_pushcfunction(L, free_spans);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return spans;
}

/* The metatable is hidden, so that only columns come here. */
static int get(lua_State *L)
{
    const struct column *column = lua_touserdata(L, 1);
    lua_Integer at = lua_tointeger(L, 2);
    if (at < 1 || at > column->spans->count)
        return 0;
    const struct span *span = &column->spans->list[at - 1];
    lua_pushinteger(L, column->field(column->spans, span));
    return 1;
}

static int length(lua_State *L)
{
    const struct column *column = lua_touserdata(L, 1);
    lua_pushinteger(L, column->spans->count);
    return 1;
}

static void pack_one(char *to, int64_t number, int size)
{
    for (int i = 0; i < size; i++)
        to[i] = (char)((uint64_t)number >> (8 * i));
}

static void fill(lua_State *L, const struct column *column, lua_Integer from,
                 lua_Integer to)
{
    for (lua_Integer i = from; i <= to; i++) {
        lua_pushinteger(
            L, column->field(column->spans, &column->spans->list[i - 1]));
        lua_rawseti(L, 4, i - from + 1);
    }
}

static int get_many(lua_State *L)
{
    const struct column *column = lua_touserdata(L, 1);
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    lua_settop(L, 4);
    luaL_argcheck(L, to >= 0 && to <= column->spans->count, 3,
                  "not within the column");
    luaL_argcheck(L, from >= 1 && from <= to + 1, 2, "not within the column");
    if (lua_istable(L, 4)) {
        fill(L, column, from, to);
        return 1;
    }
    int size = (int)luaL_checkinteger(L, 4);
    luaL_argcheck(L, size >= 1 && size <= 8, 4, "1 to 8 bytes");
    luaL_Buffer text;
    size_t bytes = (size_t)(to - from + 1) * (size_t)size;
    char *at = luaL_buffinitsize(L, &text, bytes);
    for (lua_Integer i = from; i <= to; i++, at += size)
        pack_one(at, column->field(column->spans, &column->spans->list[i - 1]),
                 size);
    luaL_pushresultsize(&text, bytes);
    return 1;
}

static void push_class(lua_State *L)
{
    static const luaL_Reg methods[] = {{"__index", get},
                                       {"__len", length},
                                       {"__call", get_many},
                                       {NULL, NULL}};
    if (!luaL_newmetatable(L, COLUMN_CLASS))
        return;
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

void columns_push(lua_State *L, int index)
{
    const struct spans *spans = lua_touserdata(L, index);
    index = lua_absindex(L, index);
    lua_createtable(L, 0, NAMES + 1);
    lua_pushinteger(L, spans->count);
    lua_setfield(L, -2, "count");
    for (size_t i = 0; i < NAMES; i++) {
        struct column *column = lua_newuserdatauv(L, sizeof *column, 1);
        *column = (struct column){spans, names[i].field};
        push_class(L);
        lua_setmetatable(L, -2);
        lua_pushvalue(L, index);
        lua_setiuservalue(L, -2, 1);
        lua_setfield(L, -2, names[i].name);
    }
}
