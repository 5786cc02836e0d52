#include "repl/prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "repl/await.h"
#include "repl/children.h"
#include "repl/editor.h"
#include "repl/history.h"
#include "repl/interrupt.h"
#include "repl/outputs.h"
#include "terminal/screen.h"
#include "tidelock.h"

static bool terminal, edits;
static struct await_guest guest = {.fd = -1};
static const char *shown; /* the prompt of a bare line */

static void show_above(const char *text, size_t size)
{
    if (edits) {
        editor_show_above(text, size);
        return;
    }
    /* what was typed stays with the terminal, which shows it no more */
    fputs(screen_moves_cursor() ? "\r\033[K" : "\n", stdout);
    fflush(stdout);
    tl_output(STDOUT_FILENO, text, size);
    fputs(shown, stdout);
    fflush(stdout);
}

static void look_around(void)
{
    children_tell();
    outputs_show(show_above);
}

void prompt_open(lua_State *L, const char *banner)
{
    terminal = screen_is_terminal();
    if (!terminal)
        return;
    fputs(banner, stdout);
    fflush(stdout);
    edits = screen_moves_cursor() && editor_open(L);
    guest.fd = outputs_fd();
    if (guest.fd < 0)
        return;
    guest.look = look_around;
    guest.expects = children_are_known;
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
    shown = prompt;
    fputs(prompt, stdout);
    fflush(stdout);
    bool key = await_key(&guest);
    enum prompt_outcome outcome = key ? plain_line(line) : PROMPT_INTERRUPTED;
    if (outcome != PROMPT_LINE)
        fputs("\n", stdout);
    fflush(stdout);
    return outcome;
}

static void hold_outputs(void)
{
    children_tell();
    outputs_hold();
}

enum prompt_outcome prompt_line(const char *prompt, char **line)
{
    if (guest.look)
        hold_outputs();
    enum prompt_outcome outcome = !terminal ? plain_line(line)
                                  : edits   ? editor_read(prompt, &guest, line)
                                            : bare_line(prompt, line);
    if (guest.look)
        outputs_release();
    if (outcome == PROMPT_INTERRUPTED)
        interrupt_take();
    return outcome;
}
