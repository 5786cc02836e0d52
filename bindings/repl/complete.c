#include "repl/complete.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "repl/readline.h"
#include "repl/session.h"

static lua_State *state;

/* The list of candidates is on the stack while readline asks. */
static char *next_candidate(const char *word, int asked_before)
{
    static lua_Integer n;
    (void)word;
    if (!asked_before)
        n = 0;
    lua_rawgeti(state, -2, ++n);
    const char *name = lua_tostring(state, -1);
    char *copy = name ? strdup(name) : NULL;
    lua_pop(state, 1);
    return copy;
}

static char **complete(const char *word, int start, int end)
{
    char **matches = NULL;
    *readline.attempted_completion_over = 1; /* no names of files instead */
    if (!lua_checkstack(state, LUA_MINSTACK))
        return NULL;
    lua_pushlstring(state, *readline.line_buffer, (size_t)end);
    lua_pushinteger(state, start);
    if (!session_ask(state, "complete", 2, 2))
        return NULL;
    /* what follows a word that is the only one */
    const char *behind = lua_tostring(state, -1);
    *readline.completion_append_character = behind ? *behind : '\0';
    if (lua_istable(state, -2))
        matches = readline.completion_matches(word, next_candidate);
    lua_pop(state, 2);
    return matches;
}

void complete_open(lua_State *L)
{
    state = L;
    *readline.basic_word_break_characters =
        " \t\n\"\\'><=;+-*/%^~#&|{}()[],!?@$";
    *readline.attempted_completion_function = complete;
}
