#include "repl/editor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lauxlib.h>

#include "repl/complete.h"
#include "repl/history.h"
#include "repl/interrupt.h"
#include "repl/readline.h"
#include "repl/session.h"
#include "terminal/screen.h"
#include "terminal/turn.h"
#include "tidelock.h"

static lua_State *state;
static bool editing, line_done;
static char *line_read;
static volatile sig_atomic_t continued;
static readline_command *up, *down; /* what else these keys do */

static void on_continue(int signal)
{
    (void)signal;
    continued = 1;
}

static void on_line(char *line)
{
    readline.callback_handler_remove();
    line_read = line;
    line_done = true;
}

/* Sets the terminal up again, which the shell has changed while we were
 * stopped; and answers a resized window. */
static void answer_signals(void)
{
    if (continued) {
        continued = 0;
        readline.deprep_terminal();
        readline.prep_terminal(1);
        readline.forced_update_display();
    }
    readline.check_signals();
}

/* ---- keys ---- */

static const char *text(void)
{
    return *readline.line_buffer;
}

static bool has_line_before(void)
{
    return memchr(text(), '\n', (size_t)*readline.point) != NULL;
}

static bool has_line_behind(void)
{
    return strchr(text() + *readline.point, '\n') != NULL;
}

static int on_up(int count, int key)
{
    return has_line_before() ? readline.previous_screen_line(count, key)
                             : up(count, key);
}

static int on_down(int count, int key)
{
    return has_line_behind() ? readline.next_screen_line(count, key)
                             : down(count, key);
}

/* Whether more was typed than a person can: a terminal that does not tell
 * pasted text apart sends it so. */
static bool is_pasted(void)
{
    int more = 0;
    return ioctl(STDIN_FILENO, FIONREAD, &more) == 0 && more > 0;
}

/* Moves a line that ends a block to where the block begins. */
static void dedent(void)
{
    int surplus = has_line_behind() ? 0 : session_surplus(state, text());
    if (surplus <= 0)
        return;
    int begin = (int)(strrchr(text(), '\n') + 1 - text());
    readline.delete_text(begin, begin + surplus);
    *readline.point -= surplus;
    readline.redisplay();
}

static int on_enter(int count, int key)
{
    bool pasted = is_pasted();
    if (!pasted)
        dedent();
    char *more = session_next_line(state, text(), pasted);
    if (!more)
        return readline.newline(count, key);
    readline.insert_text(more);
    free(more);
    return 0;
}

static readline_command *meant_by(const char *keys, readline_command *usual)
{
    int type = -1;
    readline_command *found = readline.function_of_keyseq(keys, NULL, &type);
    return found && type == 0 ? found : usual;
}

static void bind_keys(void)
{
    readline.initialize();
    up = meant_by("\\e[A", readline.get_previous_history);
    down = meant_by("\\e[B", readline.get_next_history);
    readline.bind_keyseq("\\e[A", on_up);
    readline.bind_keyseq("\\eOA", on_up);
    readline.bind_keyseq("\\e[B", on_down);
    readline.bind_keyseq("\\eOB", on_down);
    readline.bind_key('\r', on_enter);
    readline.bind_key('\n', on_enter);
}

/* ---- the whole ---- */

bool editor_open(lua_State *L)
{
    if (!readline_open())
        return false;
    state = L;
    *readline.readline_name = "tidelock";
    *readline.outstream = screen_stream();
    /* await_key answers Ctrl-C; readline answers a resized window */
    *readline.catch_signals = 0;
    *readline.persistent_signal_handlers = 1;
    struct sigaction action = {.sa_handler = on_continue};
    sigaction(SIGCONT, &action, NULL);
    bind_keys();
    complete_open(L);
    history_open();
    return true;
}

void editor_close(void)
{
    history_close();
}

/* Leaves what was typed to be seen, and behind it ^C, if it was that. */
static void drop_line(void)
{
    *readline.point = (int)strlen(text());
    readline.redisplay();
    /* what follows goes to the begin of a line */
    fputs(interrupt_ends() ? "\n" : "^C\n", screen_stream());
    readline.callback_sigcleanup();
    readline.free_line_state();
    readline.callback_handler_remove();
    fflush(screen_stream());
}

/* Whether readline has ended the last line: it does in the mode that tells
 * pasted text apart. */
static bool newline_printed(void)
{
    const char *mode = readline.variable_value("enable-bracketed-paste");
    return mode && strcmp(mode, "on") == 0;
}

static bool edit(const char *prompt, struct await_guest *guest)
{
    line_done = false;
    guest->signals = answer_signals;
    /* that of the line before would end this one with an empty line */
    if (readline.eof_found)
        *readline.eof_found = 0;
    readline.callback_handler_install(prompt, on_line);
    editing = true;
    while (!line_done && await_key(guest))
        readline.callback_read_char();
    editing = false;
    return line_done;
}

enum prompt_outcome editor_read(const char *prompt, struct await_guest *guest,
                                char **chunk)
{
    turn_edit_begin();
    bool done = edit(prompt, guest);
    if (!done)
        drop_line();
    turn_edit_end();
    if (!done)
        return PROMPT_INTERRUPTED;
    *chunk = line_read;
    if (line_read)
        return PROMPT_LINE;
    if (!newline_printed())
        putc('\n', screen_stream());
    return PROMPT_END;
}

void editor_show_above(const char *above, size_t size)
{
    if (editing)
        readline.clear_visible_line();
    fflush(screen_stream());
    tl_output(STDOUT_FILENO, above, size);
    if (editing) {
        readline.on_new_line();
        readline.redisplay();
    }
}
