#include "repl/prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/await.h"
#include "repl/children.h"
#include "repl/editor.h"
#include "repl/history.h"
#include "repl/interrupt.h"
#include "repl/outputs.h"
#include "signals/care.h"
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
    fputs(screen_moves_cursor() ? "\r\033[K" : "\n", screen_stream());
    fflush(screen_stream());
    tl_output(STDOUT_FILENO, text, size);
    fputs(shown, screen_stream());
    fflush(screen_stream());
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
    fputs(banner, screen_stream());
    fflush(screen_stream());
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

/* Files that were written elsewhere may begin with it. */
static size_t without_mark(char *line, size_t size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    static bool begun;
    size_t length = sizeof mark - 1;
    bool marked = !begun && size >= length && memcmp(line, mark, length) == 0;
    begun = true;
    if (!marked)
        return size;
    memmove(line, line + length, size - length + 1);
    return size - length;
}

static enum prompt_outcome plain_line(char **line, size_t *size)
{
    size_t room = 0;
    *line = NULL;
    ssize_t got = getline(line, &room, stdin);
    if (got >= 0) {
        if (got > 0 && (*line)[got - 1] == '\n')
            (*line)[--got] = '\0';
        *size = without_mark(*line, (size_t)got);
        return PROMPT_LINE;
    }
    free(*line);
    clearerr(stdin);
    return interrupt_pending() ? PROMPT_INTERRUPTED : PROMPT_END;
}

/* On a terminal without an editor: the terminal itself edits. */
static enum prompt_outcome bare_line(const char *prompt, char **line,
                                     size_t *size)
{
    shown = prompt;
    fputs(prompt, screen_stream());
    fflush(screen_stream());
    bool key = await_key(&guest);
    enum prompt_outcome outcome =
        key ? plain_line(line, size) : PROMPT_INTERRUPTED;
    if (outcome != PROMPT_LINE)
        fputs("\n", screen_stream());
    fflush(screen_stream());
    return outcome;
}

/* A callback may wait for a child that writes. */
static void run_aside(void (*run)(void))
{
    outputs_keep_all();
    run();
    outputs_keep_some();
}

static void hold_outputs(void)
{
    children_tell();
    outputs_hold();
    care_around = run_aside;
}

static void release_outputs(void)
{
    care_around = NULL;
    outputs_release();
}

static enum prompt_outcome edited_line(const char *prompt, char **line,
                                       size_t *size)
{
    enum prompt_outcome outcome = editor_read(prompt, &guest, line);
    if (outcome == PROMPT_LINE)
        *size = strlen(*line);
    return outcome;
}

enum prompt_outcome prompt_line(const char *prompt, char **line, size_t *size)
{
    if (guest.look)
        hold_outputs();
    enum prompt_outcome outcome = !terminal ? plain_line(line, size)
                                  : edits   ? edited_line(prompt, line, size)
                                            : bare_line(prompt, line, size);
    if (guest.look)
        release_outputs();
    if (outcome == PROMPT_INTERRUPTED)
        interrupt_take();
    return outcome;
}
