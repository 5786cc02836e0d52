#include "timeline/read/records.h"

#include <lauxlib.h>

#include "lua/fields.h"
#include "tidelock.h"

#define ENDS "ends" /* field of the model while it is read */

/* Pushes the text that comes next. */
static void push_text(struct reading *reading)
{
    size_t size;
    const char *text = bytes_text(&reading->bytes, &size);
    lua_pushlstring(reading->L, text, size);
}

static uint64_t number(struct reading *reading, uint64_t most)
{
    return bytes_number_to(&reading->bytes, most);
}

static uint64_t time_of(struct reading *reading)
{
    uint64_t time = number(reading, SPANS_MOST_TIME);
    if (!reading->bytes.broken && time > reading->latest)
        reading->latest = time;
    return time;
}

/* Whether the index is the next of so many; then one more. */
static bool is_next(struct reading *reading, uint32_t count)
{
    uint64_t index = number(reading, UINT32_MAX);
    return !reading->bytes.broken && index == (uint64_t)count + 1;
}

/* Sets field `name` of the table on top to the text on top of it, if it is not
 * empty; both fields need it where `empty` is set. */
static void set_text(lua_State *L, const char *name, bool empty)
{
    if (lua_rawlen(L, -1) == 0 && !empty)
        lua_pop(L, 1);
    else
        lua_setfield(L, -2, name);
}

/* Appends what is on top to the model's list of that name, as its n-th. */
static void append(struct reading *reading, const char *list, uint32_t n)
{
    lua_State *L = reading->L;
    lua_getfield(L, reading->model, list);
    lua_insert(L, -2);
    lua_rawseti(L, -2, n);
    lua_pop(L, 1);
}

/* OPERATION, FILE: an index and a text. */
static bool read_named(struct reading *reading, const char *list,
                       uint32_t *count)
{
    if (!is_next(reading, *count))
        return false;
    push_text(reading);
    if (reading->bytes.broken)
        return false;
    append(reading, list, ++*count);
    return true;
}

static void set_title(lua_State *L, uint64_t number)
{
    lua_getfield(L, -1, "kind");
    lua_getfield(L, -2, "name");
    const char *kind = lua_tostring(L, -2), *name = lua_tostring(L, -1);
    if (*name)
        lua_pushfstring(L, "%s \"%s\"", kind, name);
    else
        lua_pushfstring(L, "%s#%I", kind, (LUAI_UACINT)number);
    lua_setfield(L, -4, "title");
    lua_pop(L, 2);
}

static bool read_object(struct reading *reading)
{
    lua_State *L = reading->L;
    if (!is_next(reading, reading->spans->objects))
        return false;
    lua_createtable(L, 0, 6);
    push_text(reading);
    lua_setfield(L, -2, "kind");
    uint64_t own = number(reading, INT64_MAX);
    field_integer(L, "number", own);
    push_text(reading);
    lua_setfield(L, -2, "name");
    push_text(reading);
    set_text(L, "space", false);
    uint64_t lock = number(reading, reading->spans->objects);
    if (lock)
        field_integer(L, "lock", lock);
    if (reading->bytes.broken)
        return false;
    set_title(L, own);
    append(reading, "objects", ++reading->spans->objects);
    return true;
}

static enum spans_status read_place(struct reading *reading)
{
    if (!is_next(reading, reading->spans->place_count))
        return SPANS_BROKEN;
    return spans_add_place(reading->spans, &reading->bytes);
}

static enum spans_status read_task(struct reading *reading)
{
    lua_State *L = reading->L;
    struct spans *spans = reading->spans;
    if (!is_next(reading, spans->task_count))
        return SPANS_BROKEN;
    lua_createtable(L, 0, 10);
    uint64_t parent = number(reading, UINT32_MAX);
    if (parent)
        field_integer(L, "parent", parent);
    uint64_t pid = number(reading, INT32_MAX);
    if (pid)
        field_integer(L, "pid", pid);
    if (number(reading, UINT32_MAX) & TL_TRACE_THREAD) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, "thread");
    }
    field_integer(L, "began", time_of(reading));
    push_text(reading);
    lua_setfield(L, -2, "name");
    push_text(reading);
    set_text(L, "path", false);
    field_integer(L, "lost", 0);
    if (reading->bytes.broken)
        return SPANS_BROKEN;
    if (!spans_add_task(spans))
        return SPANS_NO_MEMORY;
    append(reading, "tasks", spans->task_count);
    return SPANS_WELL;
}

/* Kept until the end, as its task may come later. */
static bool read_end(struct reading *reading)
{
    static const char *const hows[] = {"ended", "failed", "killed"};
    lua_State *L = reading->L;
    uint64_t task = number(reading, UINT32_MAX);
    uint64_t ended = time_of(reading);
    uint64_t how = number(reading, TL_TRACE_KILLED);
    uint64_t signal = number(reading, INT32_MAX);
    if (reading->bytes.broken || task == 0)
        return false;
    lua_getfield(L, reading->model, ENDS);
    lua_createtable(L, 0, 3);
    field_integer(L, "ended", ended);
    lua_pushstring(L, hows[how]);
    lua_setfield(L, -2, "how");
    if (signal)
        field_integer(L, "signal", signal);
    lua_rawseti(L, -2, (lua_Integer)task);
    lua_pop(L, 1);
    return true;
}

static bool read_lost(struct reading *reading)
{
    lua_State *L = reading->L;
    uint64_t task = number(reading, reading->spans->task_count);
    uint64_t count = number(reading, SPANS_MOST_TIME);
    if (reading->bytes.broken || task == 0)
        return false;
    lua_getfield(L, reading->model, "tasks");
    lua_rawgeti(L, -1, (lua_Integer)task);
    lua_getfield(L, -1, "lost");
    uint64_t all = (uint64_t)lua_tointeger(L, -1) + count;
    lua_pop(L, 1);
    if (all <= SPANS_MOST_TIME && reading->lost + count <= SPANS_MOST_TIME) {
        field_integer(L, "lost", all);
        reading->lost += count;
    }
    lua_pop(L, 2);
    return true;
}

static bool read_mark(struct reading *reading)
{
    lua_State *L = reading->L;
    lua_createtable(L, 0, 3);
    field_integer(L, "task", number(reading, reading->spans->task_count));
    field_integer(L, "time", time_of(reading));
    push_text(reading);
    lua_setfield(L, -2, "text");
    if (reading->bytes.broken)
        return false;
    lua_getfield(L, reading->model, "marks");
    lua_insert(L, -2);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
    return true;
}

static bool read_title(struct reading *reading)
{
    push_text(reading);
    if (reading->bytes.broken)
        return false;
    lua_setfield(reading->L, reading->model, "title");
    return true;
}

static bool read_trailer(struct reading *reading)
{
    uint64_t length = number(reading, SPANS_MOST_TIME);
    uint64_t told = number(reading, UINT64_MAX);
    number(reading, UINT64_MAX); /* lost: it is the sum of what was read */
    if (reading->bytes.broken)
        return false;
    if (length > reading->latest)
        reading->latest = length;
    reading->told = told;
    reading->whole = true;
    return true;
}

static enum spans_status status_of(bool well)
{
    return well ? SPANS_WELL : SPANS_BROKEN;
}

static enum spans_status read_fields(struct reading *reading, unsigned tag)
{
    struct spans *spans = reading->spans;
    switch (tag) {
    case TL_TRACE_TITLE:
        return status_of(read_title(reading));
    case TL_TRACE_OPERATION:
        return status_of(read_named(reading, "operations", &spans->operations));
    case TL_TRACE_FILE:
        return status_of(read_named(reading, "files", &spans->files));
    case TL_TRACE_OBJECT:
        return status_of(read_object(reading));
    case TL_TRACE_PLACE:
        return read_place(reading);
    case TL_TRACE_TASK:
        return read_task(reading);
    case TL_TRACE_END:
        return status_of(read_end(reading));
    case TL_TRACE_LOST:
        return status_of(read_lost(reading));
    case TL_TRACE_MARK:
        return status_of(read_mark(reading));
    case TL_TRACE_SPANS:
        return spans_read(spans, &reading->bytes);
    case TL_TRACE_TRAILER:
        return status_of(read_trailer(reading));
    default:
        return SPANS_BROKEN;
    }
}

enum spans_status records_read(struct reading *reading)
{
    unsigned tag = *reading->bytes.at++;
    enum spans_status status = read_fields(reading, tag);
    lua_settop(reading->L, reading->model);
    return status;
}

/* Copies the fields of the END on top into the task below it. */
static void take_end(lua_State *L)
{
    static const char *const fields[] = {"ended", "how", "signal"};
    for (int i = 0; i < 3; i++) {
        lua_getfield(L, -1, fields[i]);
        lua_setfield(L, -3, fields[i]);
    }
}

/* A parent that has no TASK is not known. */
static void check_parent(lua_State *L, uint32_t count)
{
    lua_getfield(L, -1, "parent");
    if (lua_tointeger(L, -1) > (lua_Integer)count) {
        lua_pushnil(L);
        lua_setfield(L, -3, "parent");
    }
    lua_pop(L, 1);
}

void records_finish(struct reading *reading)
{
    lua_State *L = reading->L;
    uint32_t count = reading->spans->task_count;
    lua_getfield(L, reading->model, ENDS);
    lua_getfield(L, reading->model, "tasks");
    for (uint32_t i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        check_parent(L, count);
        if (lua_rawgeti(L, -3, i) == LUA_TTABLE)
            take_end(L);
        lua_pop(L, 2);
    }
    lua_settop(L, reading->model);
    lua_pushnil(L);
    lua_setfield(L, reading->model, ENDS);
    if (reading->spans->latest > reading->latest)
        reading->latest = reading->spans->latest;
    field_integer(L, "length", reading->latest);
    field_integer(L, "lost", reading->lost);
}
