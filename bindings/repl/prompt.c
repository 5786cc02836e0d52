#include "repl/prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "process/files.h"
#include "repl/await.h"
#include "repl/editor.h"
#include "repl/history.h"
#include "repl/interrupt.h"
#include "repl/terminal.h"

static bool terminal, edits;
static struct await_guest guest = {.fd = -1};

void prompt_open(lua_State *L, const char *banner)
{
    terminal = terminal_is();
    if (!terminal)
        return;
    fputs(banner, stdout);
    files_flush_stdout();
    edits = editor_open(L);
}

void prompt_close(void)
{
    if (edits)
        editor_close();
    edits = false;
}

void prompt_remember(const char *chunk)
{
    if (edits && *chunk)
        history_add(chunk);
}

static enum prompt_outcome plain_line(char **line)
{
    size_t room = 0;
    *line = NULL;
    ssize_t size = getline(line, &room, stdin);
    if (size >= 0) {
        if (size > 0 && (*line)[size - 1] == '\n')
            (*line)[size - 1] = '\0';
        return PROMPT_LINE;
    }
    free(*line);
    clearerr(stdin);
    return interrupt_pending() ? PROMPT_INTERRUPTED : PROMPT_END;
}

/* On a terminal without an editor: the terminal itself edits. */
static enum prompt_outcome bare_line(const char *prompt, char **line)
{
    fputs(prompt, stdout);
    files_flush_stdout();
    bool key = await_key(&guest);
    enum prompt_outcome outcome = key ? plain_line(line) : PROMPT_INTERRUPTED;
    if (outcome != PROMPT_LINE)
        fputs("\n", stdout);
    files_flush_stdout();
    return outcome;
}

enum prompt_outcome prompt_line(const char *prompt, char **line)
{
    enum prompt_outcome outcome = !terminal ? plain_line(line)
                                  : edits   ? editor_read(prompt, &guest, line)
                                            : bare_line(prompt, line);
    if (outcome == PROMPT_INTERRUPTED)
        interrupt_take();
    return outcome;
}
