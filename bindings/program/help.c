#include "program/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "embedded/embedded.h"
#include "lua/require.h"

struct question {
    const char *function;
    const char *words[2];
};

/* Leaves the answer, a string or nil. */
static int answer(lua_State *L)
{
    const struct question *question = lua_touserdata(L, 1);
    luaL_openlibs(L);
    embedded_open(L);
    require_push(L, "program.help");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, question->function);
    lua_pushstring(L, question->words[0]); /* nil for NULL */
    lua_pushstring(L, question->words[1]);
    lua_call(L, 2, 1);
    return 1;
}

/* Calls a function of program/help.lua; the caller frees the answer.  NULL: it
 * was nil, or there was an error, which is told. */
static char *ask(const char *function, const char *a, const char *b)
{
    struct question question = {function, {a, b}};
    lua_State *L = luaL_newstate();
    char *text = NULL;
    if (!L)
        return NULL;
    lua_pushcfunction(L, answer);
    lua_pushlightuserdata(L, &question);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
        fprintf(stderr, "tidelock: %s\n", lua_tostring(L, -1));
    else if (lua_isstring(L, -1))
        text = strdup(lua_tostring(L, -1));
    lua_close(L);
    return text;
}

static int refuse(const char *function, const char *a, const char *b)
{
    char *text = ask(function, a, b);
    if (text)
        fputs(text, stderr);
    free(text);
    return EXIT_FAILURE;
}

bool help_is(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int help_print(const char *command)
{
    char *text = ask("help", command, NULL);
    if (!text)
        return refuse("unknown_command", command, NULL);
    fputs(text, stdout); /* the end of the program tells where it was lost */
    free(text);
    return EXIT_SUCCESS;
}

int help_run(int count, char **words)
{
    if (count > 1)
        return help_refuse("help", "help is on one command at a time");
    if (count == 0)
        return help_print(NULL);
    return help_print(help_is(words[0]) ? "help" : words[0]);
}

int help_refuse_option(const char *command, const char *option)
{
    return refuse("unknown_option", command, option);
}

int help_refuse(const char *command, const char *text)
{
    return refuse("wrong", command, text);
}

void help_add_way_out(lua_State *L, const char *script)
{
    char *meant = script ? ask("near", script, NULL) : NULL;
    char question[60] = "";
    if (meant)
        snprintf(question, sizeof question, "; did you mean tidelock %s?",
                 meant);
    free(meant);
    lua_pushfstring(L,
                    "%s%s\n"
                    "Give the path of a script, or code to run: "
                    "tidelock -e 'print(1)'.  See tidelock --help.",
                    lua_tostring(L, -1), question);
    lua_remove(L, -2);
}
