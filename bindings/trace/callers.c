#include "trace/callers.h"

#include <string.h>

#include <lauxlib.h>

#define NEAR 256       /* bytes between instructions of a short function */
#define STATE_WORDS 12 /* of a state that are looked at */
#define CALL_WORDS 12  /* and of a call, at most */
#define BLOCKS 16

struct callers_words callers_words;

/* ---- calls of known places ---- */

/* First three places, and the last again; then calls by functions of Lua, and
 * of C, in the same blocks, with as many results, and all over a piece of the
 * stack that is larger than what either has there: so nothing else tells them
 * apart. */
static const char code[] =
    "local p, c = ...\n"
    "p() p() for _ = 1, 2 do p() end\n"
    "local f, g\n"
    "function f(n) p() c(p) if n > 0 then g(n - 1) end local _ = c(p) p() end\n"
    "function g(n) local _ p() c(p) _ = f(n - 1) p() c(p) end\n"
    "f(60)";
#define PLACES 4

struct block {
    const void *at;
    size_t size;
};

enum kind { BY_LUA, BY_C, KINDS };

struct samples {
    uintptr_t places[PLACES][CALL_WORDS];
    uintptr_t set[KINDS][CALL_WORDS]; /* bits that all callers of a kind have */
    uintptr_t clear[KINDS][CALL_WORDS]; /* and those that none has */
    bool calls[STATE_WORDS];            /* words that always name the call */
    bool callers[CALL_WORDS];           /* and the one before */
    struct block blocks[BLOCKS];        /* what was allocated last */
    lua_Alloc allocate;
    void *of_allocate;
    unsigned count, words, next_block;
    enum kind kind;
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

static void begin(struct samples *samples, const void *caller)
{
    samples->words = words_of(samples, caller);
    memset(samples->set, 0xff, sizeof samples->set);
    memset(samples->clear, 0xff, sizeof samples->clear);
    memset(samples->calls, true, sizeof samples->calls);
    memset(samples->callers, true, sizeof samples->callers);
}

static void compare(bool *names, const uintptr_t *words, unsigned count,
                    const void *named)
{
    for (unsigned word = 0; word < count; word++)
        names[word] = names[word] && words[word] == (uintptr_t)named;
}

static void add(struct samples *samples, const uintptr_t *caller)
{
    for (unsigned word = 0; word < samples->words; word++) {
        samples->set[samples->kind][word] &= caller[word];
        samples->clear[samples->kind][word] &= ~caller[word];
    }
    if (samples->count < PLACES)
        memcpy(samples->places[samples->count], caller,
               samples->words * sizeof *caller);
    samples->count++;
}

/* The function p. */
static int take_sample(lua_State *L)
{
    struct samples *samples = lua_touserdata(L, lua_upvalueindex(1));
    lua_Debug call, caller;
    if (!lua_getstack(L, 0, &call) || !lua_getstack(L, 1, &caller))
        return 0;
    if (samples->count == 0)
        begin(samples, caller.i_ci);
    compare(samples->calls, (const void *)L, STATE_WORDS, call.i_ci);
    compare(samples->callers, (const void *)call.i_ci, samples->words,
            caller.i_ci);
    add(samples, (const void *)caller.i_ci);
    return 0;
}

/* The function c. */
static int call_by_c(lua_State *L)
{
    struct samples *samples = lua_touserdata(L, lua_upvalueindex(1));
    lua_settop(L, 1);
    samples->kind = BY_C;
    lua_call(L, 0, 0);
    samples->kind = BY_LUA;
    return 0;
}

static void push(lua_State *L, lua_CFunction function, struct samples *samples)
{
    lua_pushlightuserdata(L, samples);
    lua_pushcclosure(L, function, 1);
}

/* In a coroutine, whose calls are all new: not even a collection has called
 * anything there. */
static bool take_samples(lua_State *L, struct samples *samples)
{
    if (luaL_loadstring(L, code) != LUA_OK)
        return false;
    push(L, take_sample, samples);
    push(L, call_by_c, samples);
    lua_State *other = lua_newthread(L);
    lua_insert(L, -4);
    lua_xmove(L, other, 3);
    samples->allocate = lua_getallocf(L, &samples->of_allocate);
    lua_setallocf(L, note_block, samples);
    int status = lua_pcall(other, 2, 0, 0);
    lua_setallocf(L, samples->allocate, samples->of_allocate);
    return status == LUA_OK && samples->words > 0 && samples->count > PLACES;
}

/* ---- which word is which ---- */

static bool names_call(const struct samples *samples, unsigned word)
{
    return samples->calls[word];
}

static bool names_caller(const struct samples *samples, unsigned word)
{
    return samples->callers[word];
}

static bool is_place(const struct samples *samples, unsigned word)
{
    uintptr_t first = samples->places[0][word],
              second = samples->places[1][word],
              third = samples->places[2][word],
              again = samples->places[3][word];
    return first < second && second < third && third == again &&
           third - first < NEAR && first % 4 == 0;
}

static uintptr_t bits_of_lua(const struct samples *samples, unsigned word)
{
    return samples->set[BY_LUA][word] & samples->clear[BY_C][word];
}

static uintptr_t bits_of_kind(const struct samples *samples, unsigned word)
{
    return bits_of_lua(samples, word) |
           (samples->clear[BY_LUA][word] & samples->set[BY_C][word]);
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
