#include "trace/sites.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>

#define OURS "@bindings/" /* the sources of what comes with the module */
#define WORDS 7           /* of what Lua keeps of a call, that are looked at */
#define STATE_WORDS 12    /* and of a state */
#define CALLS 4
#define NEAR 256 /* bytes between instructions of a short function */

static char watch_key; /* registry: the object that counts collections */

_Thread_local uint16_t sites_collections;
_Atomic unsigned sites_words;

/* ---- what Lua keeps of a call ---- */

struct probes {
    uintptr_t state[CALLS][STATE_WORDS], call[CALLS][WORDS],
        caller[CALLS][WORDS];
    uintptr_t call_at[CALLS], caller_at[CALLS];
    int count;
};

static int probe(lua_State *L)
{
    struct probes *probes = lua_touserdata(L, lua_upvalueindex(1));
    lua_Debug call, caller;
    int n = probes->count;
    if (n == CALLS || !lua_getstack(L, 0, &call) ||
        !lua_getstack(L, 1, &caller))
        return 0;
    memcpy(probes->state[n], L, sizeof *probes->state);
    memcpy(probes->call[n], call.i_ci, sizeof *probes->call);
    memcpy(probes->caller[n], caller.i_ci, sizeof *probes->caller);
    probes->call_at[n] = (uintptr_t)call.i_ci;
    probes->caller_at[n] = (uintptr_t)caller.i_ci;
    probes->count++;
    return 0;
}

static bool names_call(const struct probes *probes, unsigned word)
{
    for (int n = 0; n < CALLS; n++)
        if (probes->state[n][word] != probes->call_at[n])
            return false;
    return true;
}

static bool names_caller(const struct probes *probes, unsigned word)
{
    for (int n = 0; n < CALLS; n++)
        if (probes->call[n][word] != probes->caller_at[n])
            return false;
    return true;
}

/* Whether it moves as a call does that stands at three places, and the last
 * time where it stood before. */
static bool moves_on(const struct probes *probes, unsigned word)
{
    uintptr_t first = probes->caller[0][word], second = probes->caller[1][word],
              third = probes->caller[2][word], again = probes->caller[3][word];
    return first < second && second < third && third == again &&
           third - first < NEAR && first % 4 == 0;
}

/* The one of which it holds; 0: none, or several. */
static unsigned find_word(const struct probes *probes, unsigned count,
                          bool (*holds)(const struct probes *probes,
                                        unsigned word))
{
    unsigned found = 0;
    for (unsigned word = 1; word < count; word++)
        if (holds(probes, word))
            found = found ? count : word;
    return found < count ? found : 0;
}

static unsigned find_words(const struct probes *probes)
{
    if (probes->count < CALLS)
        return 0;
    unsigned call = find_word(probes, STATE_WORDS, names_call),
             caller = find_word(probes, WORDS, names_caller),
             instruction = find_word(probes, WORDS, moves_on);
    return call && caller && instruction
               ? call | caller << 8 | instruction << 16
               : 0;
}

static void look_at_calls(lua_State *L)
{
    static const char code[] = "local p = ... p() p() for _ = 1, 2 do p() end";
    struct probes probes = {.count = 0};
    int top = lua_gettop(L);
    if (luaL_loadstring(L, code) == LUA_OK) {
        lua_pushlightuserdata(L, &probes);
        lua_pushcclosure(L, probe, 1);
        if (lua_pcall(L, 1, 0, 0) == LUA_OK)
            atomic_store_explicit(&sites_words, find_words(&probes),
                                  memory_order_relaxed);
    }
    lua_settop(L, top);
}

/* ---- collections ---- */

static void watch(lua_State *L);

static int collected(lua_State *L)
{
    sites_collections++;
    watch(L);
    return 0;
}

/* An object that nobody holds, which the next collection finds. */
static void watch(lua_State *L)
{
    lua_newuserdata(L, 1);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, collected);
        lua_setfield(L, -2, "__gc");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &watch_key);
    }
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void sites_open(lua_State *L)
{
    bool watched = lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key) == LUA_TTABLE;
    lua_pop(L, 1);
    if (watched)
        return;
    luaL_checkstack(L, 8, NULL);
    watch(L);
    if (!sites_known())
        look_at_calls(L);
}

/* ---- the site ---- */

/* Lua keeps the source's name while it has a function of it. */
void sites_find(struct tl_recording_line *line, void *caller)
{
    static _Thread_local lua_Debug frame;
    for (int level = 1; lua_getstack(caller, level, &frame); level++) {
        lua_getinfo(caller, "Sl", &frame);
        if (frame.currentline <= 0 ||
            strncmp(frame.source, OURS, sizeof OURS - 1) == 0)
            continue;
        line->line = (uint32_t)frame.currentline;
        line->file = (uintptr_t)frame.source;
        line->name = frame.short_src;
        line->direct = level == 1 && sites_known();
        return;
    }
}
