/*
 * Prompt: reads lines from the user: from a terminal by an editor (editor.h),
 * or where there is none as the terminal edits them; from anything else
 * plainly, without prompts.
 */
#ifndef PROMPT_H
#define PROMPT_H

#include <stddef.h>

#include <lua.h>

enum prompt_outcome {
    PROMPT_LINE,
    PROMPT_INTERRUPTED, /* Ctrl-C: what was typed is dropped */
    PROMPT_END
};

/* Shows the banner, if this is a terminal.  Completion looks into the state. */
void prompt_open(lua_State *L, const char *banner);

/* Reads a line.  PROMPT_LINE: the caller frees *line, which has no newline, and
 * `size` bytes; a pipe may bring any. */
enum prompt_outcome prompt_line(const char *prompt, char **line, size_t *size);

/* Adds a chunk to the history. */
void prompt_remember(const char *chunk);

void prompt_close(void);

#endif
