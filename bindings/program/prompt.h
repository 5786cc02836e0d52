/*
 * Prompt: lines from the user, by readline on a terminal, with a history in
 * ~/.tidelock_history and completion by tab; plainly from anything else,
 * without prompts.
 */
#ifndef PROMPT_H
#define PROMPT_H

#include <lua.h>

enum prompt_outcome {
    PROMPT_LINE,
    PROMPT_INTERRUPTED, /* Ctrl-C: what was typed is dropped */
    PROMPT_END
};

/* Shows the banner on a terminal.  The state is where completion looks. */
void prompt_open(lua_State *L, const char *banner);

/* PROMPT_LINE: *line, without its newline, is the caller's to free. */
enum prompt_outcome prompt_line(const char *prompt, char **line);

/* Adds a chunk to the history. */
void prompt_remember(const char *chunk);

void prompt_close(void);

#endif
