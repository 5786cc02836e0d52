/*
 * Editor: reads a chunk from a terminal by readline.  Enter runs what is whole,
 * and begins another line where only the end is missing; Up and Down move
 * between the lines of a chunk, and beyond them in the history.
 */
#ifndef EDITOR_H
#define EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include <lua.h>

#include "repl/await.h"
#include "repl/prompt.h"

/* Sets readline up; false: it is not there.  At index 1 of the state lies
 * nothing that matters. */
bool editor_open(lua_State *L);
void editor_close(void);

enum prompt_outcome editor_read(const char *prompt, struct await_guest *guest,
                                char **text);

/* Shows text, which ends with a newline, above what is being edited. */
void editor_show_above(const char *text, size_t size);

#endif
