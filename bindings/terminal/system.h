/*
 * System: `require "terminal.system"` of the commands that are written in Lua:
 * what they ask about the streams of the program, its files and the clock.
 *
 *   real_time()              seconds, also in a simulation
 *   is_terminal(descriptor)  whether it is one
 *   columns()                of the terminal on standard output, or error; nil:
 *                            none of them is one
 *   is_same_file(path, other)  as same_file.h has it
 */
#ifndef TERMINAL_SYSTEM_H
#define TERMINAL_SYSTEM_H

#include <lua.h>

int system_open_library(lua_State *L);

#endif
