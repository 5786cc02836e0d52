#include "trace/callers.h"

#include <string.h>

#include <lauxlib.h>

#define NEAR 256       /* bytes between instructions of a short function */
#define STATE_WORDS 12 /* of a state that are looked at */
#define CALL_WORDS 12  /* and of a call, at most */
#define SAMPLES 80
#define BLOCKS 64

struct callers_words callers_words;

/* ---- calls of known places ---- */

/* First three places, and the last again; then calls by functions of Lua, and
 * of C, in the same blocks, and with as many results. */
static const char code[] =
    "local p, c = ...\n"
    "p() p() for _ = 1, 2 do p() end\n"
    "local function f(n)\n"
    "  p() c(p) local _ = c(p)\n"
    "  if n > 0 then f(n - 1) _ = f(n - 1) p() c(p) end\n"
    "end\n"
    "f(3)";
#define PLACES 4

struct sample {
    uintptr_t state[STATE_WORDS], call[CALL_WORDS], caller[CALL_WORDS];
    uintptr_t call_at, caller_at;
    bool by_c;
};

struct block {
    const void *at;
    size_t size;
};

struct samples {
    struct sample list[SAMPLES];
    struct block blocks[BLOCKS]; /* what was allocated last */
    lua_Alloc allocate;
    void *of_allocate;
    unsigned count, words, next_block;
    bool by_c;
};

/* How large what Lua keeps of a call is, it says as it makes one. */
static void *note_block(void *of, void *block, size_t old, size_t size)
{
    struct samples *samples = of;
    void *made = samples->allocate(samples->of_allocate, block, old, size);
    if (made && !block)
        samples->blocks[samples->next_block++ % BLOCKS] =
            (struct block){made, size};
    return made;
}

/* 0: it is no block of its own. */
static unsigned words_of(const struct samples *samples, const void *call)
{
    size_t size = 0;
    for (unsigned n = 0; n < BLOCKS && !size; n++)
        if (samples->blocks[n].at == call)
            size = samples->blocks[n].size;
    size_t words = size / sizeof(uintptr_t);
    return words < CALL_WORDS ? (unsigned)words : CALL_WORDS;
}

/* The function p. */
static int take_sample(lua_State *L)
{
    struct samples *samples = lua_touserdata(L, lua_upvalueindex(1));
    struct sample *sample = &samples->list[samples->count];
    lua_Debug call, caller;
    if (samples->count == SAMPLES || !lua_getstack(L, 0, &call) ||
        !lua_getstack(L, 1, &caller))
        return 0;
    if (samples->count == 0)
        samples->words = words_of(samples, caller.i_ci);
    size_t size = samples->words * sizeof(uintptr_t);
    memcpy(sample->state, L, sizeof sample->state);
    memcpy(sample->call, call.i_ci, size);
    memcpy(sample->caller, caller.i_ci, size);
    sample->call_at = (uintptr_t)call.i_ci;
    sample->caller_at = (uintptr_t)caller.i_ci;
    sample->by_c = samples->by_c;
    samples->count++;
    return 0;
}

/* The function c. */
static int call_by_c(lua_State *L)
{
    struct samples *samples = lua_touserdata(L, lua_upvalueindex(1));
    lua_settop(L, 1);
    samples->by_c = true;
    lua_call(L, 0, 0);
    samples->by_c = false;
    return 0;
}

static void push(lua_State *L, lua_CFunction function, struct samples *samples)
{
    lua_pushlightuserdata(L, samples);
    lua_pushcclosure(L, function, 1);
}

/* In a coroutine, whose calls are all new. */
static bool take_samples(lua_State *L, struct samples *samples)
{
    lua_State *other = lua_newthread(L);
    if (luaL_loadstring(other, code) != LUA_OK)
        return false;
    push(other, take_sample, samples);
    push(other, call_by_c, samples);
    samples->allocate = lua_getallocf(L, &samples->of_allocate);
    lua_setallocf(L, note_block, samples);
    int status = lua_pcall(other, 2, 0, 0);
    lua_setallocf(L, samples->allocate, samples->of_allocate);
    return status == LUA_OK && samples->words > 0 && samples->count > PLACES;
}

/* ---- which word is which ---- */

static bool names_call(const struct samples *samples, unsigned word)
{
    for (unsigned n = 0; n < samples->count; n++)
        if (samples->list[n].state[word] != samples->list[n].call_at)
            return false;
    return true;
}

static bool names_caller(const struct samples *samples, unsigned word)
{
    for (unsigned n = 0; n < samples->count; n++)
        if (samples->list[n].call[word] != samples->list[n].caller_at)
            return false;
    return true;
}

static bool is_place(const struct samples *samples, unsigned word)
{
    const struct sample *list = samples->list;
    uintptr_t first = list[0].caller[word], second = list[1].caller[word],
              third = list[2].caller[word], again = list[3].caller[word];
    return first < second && second < third && third == again &&
           third - first < NEAR && first % 4 == 0;
}

/* The bits of the word that all have set, or none, of calls by functions of
 * that kind. */
static uintptr_t same(const struct samples *samples, unsigned word, bool by_c,
                      bool set)
{
    uintptr_t bits = UINTPTR_MAX;
    for (unsigned n = 0; n < samples->count; n++) {
        const struct sample *sample = &samples->list[n];
        if (sample->by_c == by_c)
            bits &= set ? sample->caller[word] : ~sample->caller[word];
    }
    return bits;
}

static uintptr_t bits_of_lua(const struct samples *samples, unsigned word)
{
    return same(samples, word, false, true) & same(samples, word, true, false);
}

static uintptr_t bits_of_kind(const struct samples *samples, unsigned word)
{
    return bits_of_lua(samples, word) | (same(samples, word, false, false) &
                                         same(samples, word, true, true));
}

static bool is_kind(const struct samples *samples, unsigned word)
{
    return bits_of_kind(samples, word) != 0;
}

/* The one of which it holds; 0: none, or several. */
static unsigned find(const struct samples *samples, unsigned count,
                     bool (*holds)(const struct samples *samples,
                                   unsigned word))
{
    unsigned found = 0;
    for (unsigned word = 1; word < count; word++)
        if (holds(samples, word))
            found = found ? count : word;
    return found < count ? found : 0;
}

/* relaxed, all: the release comes after them */
static void set(_Atomic unsigned *word, unsigned value)
{
    atomic_store_explicit(word, value, memory_order_relaxed);
}

static void find_words(const struct samples *samples)
{
    struct callers_words *words = &callers_words;
    unsigned call = find(samples, STATE_WORDS, names_call),
             caller = find(samples, samples->words, names_caller),
             instruction = find(samples, samples->words, is_place),
             kind = find(samples, samples->words, is_kind);
    if (!call || !caller || !instruction || !kind)
        return;
    set(&words->call, call);
    set(&words->caller, caller);
    set(&words->instruction, instruction);
    set(&words->kind, kind);
    atomic_store_explicit(&words->mask, bits_of_kind(samples, kind),
                          memory_order_relaxed);
    atomic_store_explicit(&words->lua, bits_of_lua(samples, kind),
                          memory_order_relaxed);
    /* release: pairs with the acquire in callers_known */
    atomic_store_explicit(&words->known, true, memory_order_release);
}

void callers_look(lua_State *L)
{
    if (callers_known())
        return;
    struct samples samples = {.count = 0};
    int top = lua_gettop(L);
    if (take_samples(L, &samples))
        find_words(&samples);
    lua_settop(L, top);
}
