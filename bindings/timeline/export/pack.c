#include "timeline/export/pack.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>
#include <zlib.h>

/* The columns that others are told by come after those; the same names as in
 * model.lua. */
#define COLUMNS(X)                                                             \
    X(TASK, "task")                                                            \
    X(OPERATION, "operation")                                                  \
    X(OBJECT, "object")                                                        \
    X(BEGAN, "began")                                                          \
    X(ENDED, "ended")                                                          \
    X(SLEPT, "slept")                                                          \
    X(WAITED, "waited")                                                        \
    X(WAKER, "waker")                                                          \
    X(CALLED, "called")                                                        \
    X(MESSAGE, "message")                                                      \
    X(FILE, "file")                                                            \
    X(LINE, "line")                                                            \
    X(RESULT, "result")

enum column {
#define COLUMN_NAME(name, word) COLUMN_##name,
    COLUMNS(COLUMN_NAME)
#undef COLUMN_NAME
        COLUMN_COUNT
};

static const char *const words[] = {
#define COLUMN_WORD(name, word) word,
    COLUMNS(COLUMN_WORD)
#undef COLUMN_WORD
};

/* page/data.js has the same number */
#define MESSAGE_KEYS 65536
#define MOST_PLANES 7
#define AT_ONCE 4096

struct spans {
    size_t count;
    uint32_t *order; /* which span of the model comes when */
    int64_t *values[COLUMN_COUNT];
    int64_t *raw;   /* a column in the model's order */
    uint64_t *told; /* the numbers of one column */
};

/* Lua frees it, even where something raises. */
static void *allocate(lua_State *L, size_t count, size_t size)
{
    return memset(lua_newuserdata(L, count * size + 1), 0, count * size + 1);
}

/* ---- the columns, in the order of the tasks ---- */

static lua_Integer read_count(lua_State *L)
{
    lua_getfield(L, 1, "count");
    lua_Integer count = luaL_checkinteger(L, -1);
    luaL_argcheck(L, count >= 0 && count < INT32_MAX, 1, "count");
    lua_pop(L, 1);
    return count;
}

/* The column on top of the stack is called for many numbers at once
 * (timeline/read/columns.h). */
static void read_called(lua_State *L, const struct spans *spans)
{
    for (size_t i = 0; i < spans->count; i += AT_ONCE) {
        size_t count = spans->count - i < AT_ONCE ? spans->count - i : AT_ONCE;
        lua_Integer first = (lua_Integer)i + 1;
        lua_pushvalue(L, -1);
        lua_pushinteger(L, first);
        lua_pushinteger(L, first + (lua_Integer)count - 1);
        lua_pushinteger(L, (lua_Integer)sizeof *spans->raw);
        lua_call(L, 3, 1);
        size_t size = 0;
        const char *bytes = lua_tolstring(L, -1, &size);
        luaL_argcheck(L, bytes && size == count * sizeof *spans->raw, 1,
                      "a column");
        memcpy(spans->raw + i, bytes, size);
        lua_pop(L, 1);
    }
}

static void read_table(lua_State *L, const struct spans *spans)
{
    luaL_checktype(L, -1, LUA_TTABLE);
    for (size_t i = 0; i < spans->count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        spans->raw[i] = lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
}

static void read_column(lua_State *L, const struct spans *spans, int column)
{
    lua_getfield(L, 1, words[column]);
    if (lua_isuserdata(L, -1))
        read_called(L, spans);
    else
        read_table(L, spans);
    lua_pop(L, 1);
    for (size_t i = 0; i < spans->count; i++)
        spans->values[column][i] = spans->raw[spans->order[i]];
}

/* By counting: those of one task stay in their order. */
static void sort_by_task(lua_State *L, struct spans *spans)
{
    const int64_t *tasks = spans->values[COLUMN_TASK];
    int64_t greatest = 0;
    for (size_t i = 0; i < spans->count; i++) {
        luaL_argcheck(L, tasks[i] >= 0 && tasks[i] < INT32_MAX, 1, "task");
        if (tasks[i] > greatest)
            greatest = tasks[i];
    }
    uint32_t *places = allocate(L, (size_t)greatest + 2, sizeof *places);
    uint32_t *order = allocate(L, spans->count, sizeof *order);
    for (size_t i = 0; i < spans->count; i++)
        places[tasks[i] + 1]++;
    for (int64_t task = 0; task < greatest; task++)
        places[task + 1] += places[task];
    for (size_t i = 0; i < spans->count; i++)
        order[places[tasks[i]]++] = (uint32_t)i;
    spans->order = order;
}

static void read_spans(lua_State *L, struct spans *spans)
{
    spans->count = (size_t)read_count(L);
    spans->order = allocate(L, spans->count, sizeof *spans->order);
    spans->raw = allocate(L, spans->count, sizeof *spans->raw);
    spans->told = allocate(L, spans->count, sizeof *spans->told);
    for (size_t i = 0; i < spans->count; i++)
        spans->order[i] = (uint32_t)i;
    for (int column = 0; column < COLUMN_COUNT; column++)
        spans->values[column] = allocate(L, spans->count, sizeof(int64_t));
    read_column(L, spans, COLUMN_TASK);
    sort_by_task(L, spans);
    for (int column = 0; column < COLUMN_COUNT; column++)
        read_column(L, spans, column);
}

/* ---- what is told of each number ---- */

/* 0, -1, 1, -2, ... become 0, 1, 2, 3 ... */
static uint64_t fold_sign(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

/* a - b; what a file says of them may be anything. */
static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static void tell_began(const struct spans *spans)
{
    const int64_t *tasks = spans->values[COLUMN_TASK];
    const int64_t *began = spans->values[COLUMN_BEGAN];
    const int64_t *ended = spans->values[COLUMN_ENDED];
    int64_t before = 0;
    for (size_t i = 0; i < spans->count; i++) {
        if (i > 0 && tasks[i] != tasks[i - 1])
            before = 0;
        spans->told[i] = fold_sign(minus(began[i], before));
        before = ended[i] < 0 ? began[i] : ended[i];
    }
}

/* 0: there is no such time. */
static void tell_since_began(const struct spans *spans, int column)
{
    const int64_t *times = spans->values[column];
    const int64_t *began = spans->values[COLUMN_BEGAN];
    for (size_t i = 0; i < spans->count; i++)
        spans->told[i] =
            times[i] < 0 ? 0 : fold_sign(minus(times[i], began[i])) + 1;
}

/* Most have slept to their end. */
static void tell_waited(const struct spans *spans)
{
    const int64_t *slept = spans->values[COLUMN_SLEPT];
    const int64_t *ended = spans->values[COLUMN_ENDED];
    for (size_t i = 0; i < spans->count; i++) {
        bool known = slept[i] >= 0 && ended[i] >= 0;
        int64_t likely = known ? minus(ended[i], slept[i]) : 0;
        spans->told[i] =
            fold_sign(minus(likely, spans->values[COLUMN_WAITED][i]));
    }
}

static void tell_called(const struct spans *spans)
{
    const int64_t *called = spans->values[COLUMN_CALLED];
    const int64_t *began = spans->values[COLUMN_BEGAN];
    const int64_t *ended = spans->values[COLUMN_ENDED];
    for (size_t i = 0; i < spans->count; i++) {
        int64_t end = ended[i] < 0 ? began[i] : ended[i];
        spans->told[i] =
            called[i] < 0 ? 0 : fold_sign(minus(end, called[i])) + 1;
    }
}

/* 0: there is no message. */
static void tell_message(lua_State *L, const struct spans *spans)
{
    const int64_t *messages = spans->values[COLUMN_MESSAGE];
    int64_t *last = allocate(L, MESSAGE_KEYS, sizeof *last);
    for (size_t i = 0; i < spans->count; i++) {
        uint64_t key = (uint64_t)spans->values[COLUMN_OBJECT][i] * 61 +
                       (uint64_t)spans->values[COLUMN_OPERATION][i];
        int64_t *before = &last[key % MESSAGE_KEYS];
        spans->told[i] = 0;
        if (messages[i] != 0) {
            spans->told[i] = fold_sign(minus(messages[i], *before)) + 1;
            *before = messages[i];
        }
    }
    lua_pop(L, 1);
}

static void tell(lua_State *L, const struct spans *spans, int column)
{
    switch (column) {
    case COLUMN_BEGAN:
        tell_began(spans);
        break;
    case COLUMN_ENDED:
    case COLUMN_SLEPT:
        tell_since_began(spans, column);
        break;
    case COLUMN_WAITED:
        tell_waited(spans);
        break;
    case COLUMN_CALLED:
        tell_called(spans);
        break;
    case COLUMN_MESSAGE:
        tell_message(L, spans);
        break;
    default:
        for (size_t i = 0; i < spans->count; i++)
            spans->told[i] = (uint64_t)spans->values[column][i];
    }
}

/* ---- as text ---- */

static unsigned count_planes(lua_State *L, const struct spans *spans)
{
    uint64_t all = 0;
    unsigned planes = 0;
    for (size_t i = 0; i < spans->count; i++)
        all |= spans->told[i];
    for (; all != 0; all >>= 8)
        planes++;
    luaL_argcheck(L, planes <= MOST_PLANES, 1, "a number is too great");
    return planes;
}

static void push_base64(lua_State *L, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                 "stuvwxyz0123456789+/";
    luaL_Buffer buffer;
    size_t length = (size + 2) / 3 * 4;
    char *text = luaL_buffinitsize(L, &buffer, length);
    for (size_t i = 0; i < size; i += 3, text += 4) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        if (i + 1 < size)
            three |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < size)
            three |= bytes[i + 2];
        text[0] = digits[three >> 18];
        text[1] = digits[three >> 12 & 63];
        text[2] = i + 1 < size ? digits[three >> 6 & 63] : '=';
        text[3] = i + 2 < size ? digits[three & 63] : '=';
    }
    luaL_pushresultsize(&buffer, length);
}

/* Pushes the column as text, and leaves what it was made of to Lua. */
static void push_column(lua_State *L, const struct spans *spans,
                        unsigned planes)
{
    size_t size = spans->count * planes;
    uint8_t *bytes = allocate(L, size, 1);
    for (unsigned plane = 0; plane < planes; plane++)
        for (size_t i = 0; i < spans->count; i++)
            bytes[plane * spans->count + i] =
                (uint8_t)(spans->told[i] >> (8 * plane));
    uLongf packed = compressBound(size);
    uint8_t *small = allocate(L, packed, 1);
    if (compress2(small, &packed, bytes, size, Z_BEST_COMPRESSION) != Z_OK)
        luaL_error(L, "not enough memory to pack a column");
    push_base64(L, small, packed);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

static void tell_work(lua_State *L, size_t count)
{
    if (lua_isnoneornil(L, 2))
        return;
    lua_pushvalue(L, 2);
    lua_pushinteger(L, (lua_Integer)count);
    lua_call(L, 1, 0);
}

static int pack_spans(lua_State *L)
{
    struct spans spans = {0};
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    luaL_checkstack(L, COLUMN_COUNT + 20, NULL);
    read_spans(L, &spans);
    lua_createtable(L, 0, COLUMN_COUNT);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        tell(L, &spans, column);
        unsigned planes = count_planes(L, &spans);
        lua_createtable(L, 0, 2);
        push_column(L, &spans, planes);
        lua_setfield(L, -2, "text");
        lua_pushinteger(L, (lua_Integer)planes);
        lua_setfield(L, -2, "planes");
        lua_setfield(L, -2, words[column]);
        tell_work(L, spans.count);
    }
    return 1;
}

int pack_open_library(lua_State *L)
{
    static const luaL_Reg functions[] = {{"spans", pack_spans}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
