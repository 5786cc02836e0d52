/*
 * Keys: require "terminal.keys" of the commands that are written in Lua: what
 * is typed, a key at a time, and a screen that is written at once.
 *
 *   is_terminal()         whether standard input and output are a terminal,
 *                         and that moves its cursor (TERM is not dumb)
 *   has_colours()         the same, and NO_COLOR does not refuse colours
 *   size()                its columns and rows, or nothing
 *   start(alternate)      raw mode; true, or nil and why not.  `alternate`: on
 *                         a screen of its own, without a cursor
 *   stop()                as it was before; at exit, too
 *   read(seconds)         the next key's name (key_names.h); nil: none came in
 *                         that time; without a time: waits for one.  "resize":
 *                         all is to be drawn again.  "paste", text: pasted.
 *                         "eof": the terminal is closed
 *   draw(text)            lines, from the top of the screen, in one write; what
 *                         is below is cleared.  false: the terminal is closed
 *   write(text)           as it is, in one write
 *   wait(seconds)         without looking at keys; less after a signal
 *
 * Ctrl-C is a key ("ctrl-c"), Ctrl-Z stops the program as ever.
 *
 * Limits: an Escape is told only after a tenth of a second, since it may
 * begin a sequence; of a sequence that began, the rest may take a second.
 */
#ifndef KEYS_H
#define KEYS_H

#include <lua.h>

int keys_open_library(lua_State *L);

#endif
