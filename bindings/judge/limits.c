#include "judge/limits.h"

#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/context.h"
#include "process/explored.h"
#include "tidelock.h"

#define OWN_SOURCE "@bindings/judge/"
#define TICK 1000000 /* instructions between two looks */
#define STEPS_WORDS "\1lab\1steps\1"
#define LOOP_WORDS "\1lab\1loop\1"

/* ---- places ---- */

static char lab_source[PATH_MAX + 1]; /* behind a @ */

static bool is_of_labs(const char *source)
{
    return strncmp(source, OWN_SOURCE, sizeof OWN_SOURCE - 1) == 0 ||
           strcmp(source, lab_source) == 0;
}

/* "student.lua:12" of the innermost function that is the student's. */
static void where(char *text, size_t size)
{
    lua_State *L = context_state;
    lua_Debug frame;
    text[0] = '\0';
    for (int level = 0; L && lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0 && !is_of_labs(frame.source)) {
            snprintf(text, size, "%s:%d", frame.short_src, frame.currentline);
            return;
        }
    }
}

/* ---- limits ---- */

static lua_Alloc stock_alloc;
static void *stock_context;
static size_t used, most_used;

/* Lua collects once more, and raises "not enough memory". */
static void *limited_alloc(void *context, void *block, size_t old, size_t size)
{
    size_t before = block ? old : 0;
    (void)context;
    if (size > before && used + (size - before) > most_used)
        return NULL;
    void *made = stock_alloc(stock_context, block, old, size);
    if (made || size == 0)
        used = used + size >= before ? used + size - before : 0;
    return made;
}

static void limit_memory(lua_State *L, size_t most)
{
    if (!stock_alloc) {
        stock_alloc = lua_getallocf(L, &stock_context);
        lua_setallocf(L, limited_alloc, NULL);
    }
    used = 0;
    most_used = most;
}

static uint64_t most_ticks, ticks, seen_steps;

/* Counts instructions, not time: so it is the same under load. */
static void on_tick(lua_State *L, lua_Debug *frame)
{
    struct tl_exploration *exploration = tl_explored();
    uint64_t steps = exploration ? exploration->account.event_count : 0;
    char place[LUA_IDSIZE + 80], text[LUA_IDSIZE + 120];
    if (steps != seen_steps)
        ticks = 0;
    seen_steps = steps;
    if (++ticks < most_ticks)
        return;
    (void)frame;
    context_state = L;
    where(place, sizeof place);
    snprintf(text, sizeof text, LOOP_WORDS "%s", place);
    explored_end(L, TL_ENDING_ALWAYS, text);
}

/* So many steps are too many for a lab. */
static void on_many_steps(uint64_t step)
{
    char place[LUA_IDSIZE + 80], text[LUA_IDSIZE + 120];
    where(place, sizeof place);
    snprintf(text, sizeof text, STEPS_WORDS "%" PRIu64 "\1%s", step, place);
    tl_explore_end(TL_ENDING_ALWAYS, 0, text);
}

static size_t limit_of(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    lua_Integer limit = luaL_checkinteger(L, -1);
    lua_pop(L, 1);
    return (size_t)limit;
}

void limits_begin(lua_State *L)
{
    lua_getfield(L, 1, "lab");
    snprintf(lab_source, sizeof lab_source, "@%s", luaL_optstring(L, -1, ""));
    lua_pop(L, 1);
    tl_where_hook = where;
    if (!tl_stop_hook)
        tl_stop_hook = on_many_steps;
    most_ticks = limit_of(L, "instructions") / TICK;
    lua_sethook(L, on_tick, LUA_MASKCOUNT, TICK);
    limit_memory(L, limit_of(L, "memory"));
}
