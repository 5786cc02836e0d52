/*
 * Command: the commands of the program that are written in Lua, such as
 * `tidelock explore`.
 *
 * They run in a plain Lua state, in the real world.  The module
 * program.dispatch is a function that is called with the command's name and the
 * words behind it, and returns the exit status; it knows which modules each
 * command is made of.
 * Where the environment variable TIDELOCK_EXPLORER names a file, that one is
 * called instead for `explore` and `replay`: an explorer of one's own.
 *
 * To add a command: its name here, its modules in program/dispatch.lua, and
 * its row in program/commands.lua; a C library that its modules require: a row
 * here.
 */
#ifndef COMMAND_LUA_H
#define COMMAND_LUA_H

#include <stdbool.h>

/* Whether the word is the name of one. */
bool command_has(const char *word);

/* Whether the word (NULL: there is none) is the address of a server: ls and rm
 * of one are written in Lua, too. */
bool command_is_address(const char *word);

/* The arguments of the whole program; arguments[1] is such a word.  The exit
 * status. */
int command_run(int count, char **arguments);

#endif
