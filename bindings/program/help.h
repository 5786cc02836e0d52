/*
 * Help: what the program says of its own command line: --help, and what is
 * wrong with the words that it was given.
 *
 * The texts come from the table of commands, bindings/program/commands.lua,
 * which is embedded; each call has a Lua state of its own, so that there need
 * be none yet.
 */
#ifndef TL_HELP_H
#define TL_HELP_H

#include <stdbool.h>

#include <lua.h>

/* Whether the word is --help or -h. */
bool help_is(const char *word);

/* Prints the help on that command, or on all where it is NULL.  The exit
 * status: where there is no such command, that is told. */
int help_print(const char *command);

/* `tidelock help`, with the words behind it; the exit status. */
int help_run(int count, char **words);

/* Tells what is wrong with what the command was given: that it does not have an
 * option; or the text.  Returns EXIT_FAILURE. */
int help_refuse_option(const char *command, const char *option);
int help_refuse(const char *command, const char *text);

/* Adds to the error at the top, that a script (NULL: standard input) cannot be
 * opened, what to do instead, and which command was perhaps meant. */
void help_add_way_out(lua_State *L, const char *script);

#endif
