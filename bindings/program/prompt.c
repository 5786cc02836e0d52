#include "program/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "process/files.h"
#include "program/complete.h"
#include "program/interrupt.h"

#define HISTORY_LINES 1000

static bool terminal;
static char *history_path;
static bool line_done;
static char *line_read;
static volatile sig_atomic_t continued;

static void on_continue(int signal)
{
    (void)signal;
    continued = 1;
}

static void open_history(void)
{
    const char *home = getenv("HOME");
    if (!home || asprintf(&history_path, "%s/.tidelock_history", home) < 0) {
        history_path = NULL;
        return;
    }
    using_history();
    stifle_history(HISTORY_LINES);
    read_history(history_path);
}

void prompt_open(lua_State *L, const char *banner)
{
    terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (!terminal)
        return;
    fputs(banner, stdout);
    files_flush_stdout();
    rl_readline_name = "tidelock";
    /* await_key answers Ctrl-C; readline answers a resized window */
    rl_catch_signals = 0;
    rl_persistent_signal_handlers = 1;
    struct sigaction action = {.sa_handler = on_continue};
    sigaction(SIGCONT, &action, NULL);
    complete_open(L);
    open_history();
}

void prompt_close(void)
{
    free(history_path);
    history_path = NULL;
}

void prompt_remember(const char *chunk)
{
    if (!terminal || !*chunk)
        return;
    add_history(chunk);
    /* now and not at the end, which a kill would prevent */
    if (history_path && append_history(1, history_path) != 0)
        write_history(history_path);
}

static void on_line(char *line)
{
    rl_callback_handler_remove();
    line_read = line;
    line_done = true;
}

/* Sets the terminal up again, which the shell has changed while we were
 * stopped. */
static void take_terminal_back(void)
{
    continued = 0;
    rl_deprep_terminal();
    rl_prep_terminal(1);
    rl_forced_update_display();
}

/* Waits until there is a key to read; false: Ctrl-C came first. */
static bool await_key(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    /* SIGINT comes only within ppoll, so none is missed just before it */
    sigprocmask(SIG_BLOCK, &blocked, &before);
    while (!interrupt_pending() && ppoll(&input, 1, NULL, &before) < 0) {
        if (continued)
            take_terminal_back();
        rl_check_signals();
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return !interrupt_pending();
}

static void drop_line(void)
{
    rl_callback_sigcleanup();
    rl_free_line_state();
    rl_callback_handler_remove();
    fputs("^C\n", stdout);
    files_flush_stdout();
}

static enum prompt_outcome edit_line(const char *prompt, char **line)
{
    line_done = false;
    rl_callback_handler_install(prompt, on_line);
    while (!line_done) {
        if (!await_key()) {
            drop_line();
            return PROMPT_INTERRUPTED;
        }
        rl_callback_read_char();
    }
    *line = line_read;
    return line_read ? PROMPT_LINE : PROMPT_END;
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

/* Whether readline has ended the last line: it does in the mode that tells
 * pasted text apart. */
static bool newline_printed(void)
{
    const char *mode = rl_variable_value("enable-bracketed-paste");
    return mode && strcmp(mode, "on") == 0;
}

enum prompt_outcome prompt_line(const char *prompt, char **line)
{
    enum prompt_outcome outcome =
        terminal ? edit_line(prompt, line) : plain_line(line);
    if (outcome == PROMPT_END && terminal && !newline_printed())
        putchar('\n');
    if (outcome == PROMPT_INTERRUPTED)
        interrupt_take();
    return outcome;
}
