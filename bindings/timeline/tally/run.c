#include "timeline/tally/run.h"

#include <string.h>

#include <lauxlib.h>

#include "timeline/read/columns.h"
#include "timeline/tally/list.h"

static int64_t integer_field(lua_State *L, int index, const char *name,
                             int64_t otherwise)
{
    lua_getfield(L, index, name);
    int64_t number = lua_isnil(L, -1) ? otherwise : lua_tointeger(L, -1);
    lua_pop(L, 1);
    return number;
}

static bool flag(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    bool is_set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is_set;
}

/* Replaces the list of that name, which is pushed, by what keeps its tasks. */
static void push_tasks(lua_State *L, int index, struct run *run)
{
    lua_getfield(L, index, "tasks");
    run->task_count = lua_rawlen(L, -1);
    run->tasks = list_push_zeros(L, run->task_count, sizeof *run->tasks);
    for (size_t i = 0; i < run->task_count; i++) {
        lua_geti(L, -2, (lua_Integer)i + 1);
        run->tasks[i].began = integer_field(L, -1, "began", 0);
        run->tasks[i].ended = integer_field(L, -1, "ended", run->length);
        lua_pop(L, 1);
    }
    lua_remove(L, -2);
}

static bool is_sleep(lua_State *L, const struct place *place)
{
    if (place->object != 0)
        return false;
    lua_geti(L, -1, place->operation);
    const char *word = lua_tostring(L, -1);
    bool sleeps = word && strcmp(word, "sleep") == 0;
    lua_pop(L, 1);
    return sleeps;
}

static void push_sleeps(lua_State *L, int index, struct run *run)
{
    size_t count = run->spans->place_count;
    run->is_sleep = list_push_zeros(L, count, sizeof *run->is_sleep);
    lua_getfield(L, index, "operations");
    for (size_t i = 0; i < count; i++)
        run->is_sleep[i] = is_sleep(L, &run->spans->places[i]);
    lua_pop(L, 1);
}

struct run run_push(lua_State *L, int index)
{
    luaL_checkstack(L, 20, NULL);
    index = lua_absindex(L, index);
    luaL_checktype(L, index, LUA_TTABLE);
    struct run run = {.spans = columns_spans(L, index),
                      .length = integer_field(L, index, "length", 0),
                      .logical = flag(L, index, "logical"),
                      .has_lost = integer_field(L, index, "lost", 0) > 0};
    lua_getfield(L, index, "objects");
    run.object_count = lua_rawlen(L, -1);
    lua_pop(L, 1);
    push_tasks(L, index, &run);
    push_sleeps(L, index, &run);
    return run;
}

static enum run_does does_of(lua_State *L, int reader,
                             const struct place *place)
{
    static const char *const words[] = {[RUN_TAKES] = "takes",
                                        [RUN_GIVES] = "gives",
                                        [RUN_WAITS] = "waits",
                                        [RUN_PUTS] = "puts",
                                        [RUN_GETS] = "gets"};
    enum run_does does = RUN_NOTHING;
    lua_pushvalue(L, reader);
    lua_pushinteger(L, place->object);
    lua_pushinteger(L, place->operation);
    lua_call(L, 2, 1);
    const char *word = lua_tostring(L, -1);
    for (int i = RUN_TAKES; word && i <= RUN_GETS; i++)
        if (strcmp(word, words[i]) == 0)
            does = (enum run_does)i;
    lua_pop(L, 1);
    return does;
}

void run_push_does(lua_State *L, struct run *run, int reader)
{
    size_t count = run->spans->place_count;
    reader = lua_absindex(L, reader);
    run->does = list_push_zeros(L, count, sizeof *run->does);
    for (size_t i = 0; i < count; i++)
        if (run->spans->places[i].object != 0)
            run->does[i] = (uint8_t)does_of(L, reader, &run->spans->places[i]);
}
