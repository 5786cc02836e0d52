#include "timeline/read/columns.h"

#include <lauxlib.h>

#include "lua/compat.h"

#define SPANS_CLASS "tidelock.spans"
#define COLUMN_CLASS "tidelock.column"

struct column {
    const void *owner;
    size_t count;
    column_get *get;
};

#define FIELD(name)                                                            \
    static int64_t get_##name(const void *owner, size_t index)                 \
    {                                                                          \
        return spans_at(owner, index)->name;                                   \
    }
#define PLACE(name)                                                            \
    static int64_t get_##name(const void *owner, size_t index)                 \
    {                                                                          \
        return spans_place(owner, spans_at(owner, index))->name;               \
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
    column_get *get;
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
    if (at < 1 || (lua_Unsigned)at > column->count)
        return 0;
    lua_pushinteger(L, column->get(column->owner, (size_t)at - 1));
    return 1;
}

static int length(lua_State *L)
{
    const struct column *column = lua_touserdata(L, 1);
    lua_pushinteger(L, (lua_Integer)column->count);
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
        lua_pushinteger(L, column->get(column->owner, (size_t)i - 1));
        lua_rawseti(L, 4, i - from + 1);
    }
}

static int get_many(lua_State *L)
{
    const struct column *column = lua_touserdata(L, 1);
    lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    lua_settop(L, 4);
    luaL_argcheck(L, to >= 0 && (lua_Unsigned)to <= column->count, 3,
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
        pack_one(at, column->get(column->owner, (size_t)i - 1), size);
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

void column_push(lua_State *L, int index, const void *owner, size_t count,
                 column_get *get_one)
{
    index = lua_absindex(L, index);
    struct column *column = lua_newuserdatauv(L, sizeof *column, 1);
    *column = (struct column){owner, count, get_one};
    push_class(L);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, index);
    lua_setiuservalue(L, -2, 1);
}

const void *column_owner(lua_State *L, int index, column_get *get_one)
{
    const struct column *column = luaL_checkudata(L, index, COLUMN_CLASS);
    if (column->get != get_one)
        luaL_error(L, "a column of other things");
    return column->owner;
}

void columns_push(lua_State *L, int index)
{
    const struct spans *spans = lua_touserdata(L, index);
    index = lua_absindex(L, index);
    lua_createtable(L, 0, NAMES + 1);
    lua_pushinteger(L, spans->count);
    lua_setfield(L, -2, "count");
    for (size_t i = 0; i < NAMES; i++) {
        column_push(L, index, spans, spans->count, names[i].get);
        lua_setfield(L, -2, names[i].name);
    }
}

/* ---- of a model ---- */

static lua_Integer count_of(lua_State *L, int model, const char *list)
{
    lua_getfield(L, model, list);
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    lua_pop(L, 1);
    return count < INT32_MAX ? count : INT32_MAX;
}

/* The number at `row` of the table of that name in the table on top. */
static int64_t number_of(lua_State *L, const char *name, lua_Integer row)
{
    lua_getfield(L, -1, name);
    lua_geti(L, -1, row);
    int64_t number = lua_tointeger(L, -1);
    lua_pop(L, 2);
    return number;
}

static uint32_t index_of(lua_State *L, const char *name, lua_Integer row,
                         lua_Integer least, lua_Integer most)
{
    int64_t number = number_of(L, name, row);
    if (number < least || number > most)
        luaL_error(L, "span %I: there is no %s %I", (LUAI_UACINT)row, name,
                   (LUAI_UACINT)number);
    return (uint32_t)number;
}

static int64_t time_of(lua_State *L, const char *name, lua_Integer row,
                       int64_t least)
{
    int64_t number = number_of(L, name, row);
    if (number < least || number > (int64_t)SPANS_MOST_TIME)
        luaL_error(L, "span %I: %s is no time", (LUAI_UACINT)row, name);
    return number;
}

struct counts {
    lua_Integer tasks, objects, operations;
};

/* The row of the table of columns on top. */
static void take_row(lua_State *L, struct spans *spans, lua_Integer row,
                     const struct counts *counts)
{
    struct span span = {.began = time_of(L, "began", row, 0),
                        .ended = time_of(L, "ended", row, -1),
                        .slept = time_of(L, "slept", row, -1),
                        .waited = time_of(L, "waited", row, 0),
                        .called = time_of(L, "called", row, -1),
                        .message = number_of(L, "message", row),
                        .task = index_of(L, "task", row, 1, counts->tasks),
                        .waker = index_of(L, "waker", row, 0, counts->tasks),
                        .result = index_of(L, "result", row, 0, 3)};
    struct place place = {
        .operation = index_of(L, "operation", row, 1, counts->operations),
        .object = index_of(L, "object", row, 0, counts->objects),
        .file = index_of(L, "file", row, 0, INT32_MAX),
        .line = index_of(L, "line", row, 0, INT32_MAX)};
    if (!spans_add(spans, &span, &place))
        luaL_error(L, "not enough memory");
}

static const struct spans *made_of_tables(lua_State *L, int model)
{
    struct counts counts = {count_of(L, model, "tasks"),
                            count_of(L, model, "objects"),
                            count_of(L, model, "operations")};
    struct spans *spans = columns_push_spans(L);
    lua_getfield(L, model, "spans");
    lua_getfield(L, -1, "count");
    lua_Integer count = luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    for (lua_Integer row = 1; row <= count; row++)
        take_row(L, spans, row, &counts);
    lua_pop(L, 1);
    return spans;
}

const struct spans *columns_spans(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    lua_getfield(L, index, "spans");
    lua_getfield(L, -1, "task");
    lua_remove(L, -2);
    const struct column *column = luaL_testudata(L, -1, COLUMN_CLASS);
    if (column)
        return column->owner;
    lua_pop(L, 1);
    return made_of_tables(L, index);
}
