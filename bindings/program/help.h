/*
 * Help: what the program says of its own command line: --help, and what is
 * wrong with the words that it was given.
 *
 * The texts come from the table of commands, bindings/help/commands.lua, which
 * is embedded; each call has a Lua state of its own, so that there need be none
 * yet.
 */
#ifndef TL_HELP_H
#define TL_HELP_H

#include <stdbool.h>
#include <stddef.h>

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

/* The name of the command that was perhaps meant by the word, in a buffer of
 * that size; false: none. */
bool help_find(const char *word, char *name, size_t size);

#endif
