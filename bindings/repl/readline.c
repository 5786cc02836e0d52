#include "repl/readline.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libreadline.so.8"

struct readline readline;

static const struct {
    const char *name;
    size_t at; /* of the pointer in struct readline */
} symbols[] = {
    {"rl_callback_handler_install",
     offsetof(struct readline, callback_handler_install)},
    {"rl_callback_handler_remove",
     offsetof(struct readline, callback_handler_remove)},
    {"rl_callback_read_char", offsetof(struct readline, callback_read_char)},
    {"rl_callback_sigcleanup", offsetof(struct readline, callback_sigcleanup)},
    {"rl_free_line_state", offsetof(struct readline, free_line_state)},
    {"rl_prep_terminal", offsetof(struct readline, prep_terminal)},
    {"rl_deprep_terminal", offsetof(struct readline, deprep_terminal)},
    {"rl_check_signals", offsetof(struct readline, check_signals)},
    {"rl_forced_update_display",
     offsetof(struct readline, forced_update_display)},
    {"rl_clear_visible_line", offsetof(struct readline, clear_visible_line)},
    {"rl_on_new_line", offsetof(struct readline, on_new_line)},
    {"rl_redisplay", offsetof(struct readline, redisplay)},
    {"rl_initialize", offsetof(struct readline, initialize)},
    {"rl_bind_key", offsetof(struct readline, bind_key)},
    {"rl_bind_keyseq", offsetof(struct readline, bind_keyseq)},
    {"rl_function_of_keyseq", offsetof(struct readline, function_of_keyseq)},
    {"rl_newline", offsetof(struct readline, newline)},
    {"rl_get_previous_history",
     offsetof(struct readline, get_previous_history)},
    {"rl_get_next_history", offsetof(struct readline, get_next_history)},
    {"rl_previous_screen_line",
     offsetof(struct readline, previous_screen_line)},
    {"rl_next_screen_line", offsetof(struct readline, next_screen_line)},
    {"rl_delete_text", offsetof(struct readline, delete_text)},
    {"rl_insert_text", offsetof(struct readline, insert_text)},
    {"rl_variable_value", offsetof(struct readline, variable_value)},
    {"rl_completion_matches", offsetof(struct readline, completion_matches)},
    {"using_history", offsetof(struct readline, using_history)},
    {"stifle_history", offsetof(struct readline, stifle_history)},
    {"add_history", offsetof(struct readline, add_history)},
    {"read_history", offsetof(struct readline, read_history)},
    {"write_history", offsetof(struct readline, write_history)},
    {"append_history", offsetof(struct readline, append_history)},
    {"rl_readline_name", offsetof(struct readline, readline_name)},
    {"rl_outstream", offsetof(struct readline, outstream)},
    {"rl_catch_signals", offsetof(struct readline, catch_signals)},
    {"rl_persistent_signal_handlers",
     offsetof(struct readline, persistent_signal_handlers)},
    {"rl_line_buffer", offsetof(struct readline, line_buffer)},
    {"rl_point", offsetof(struct readline, point)},
    {"rl_attempted_completion_function",
     offsetof(struct readline, attempted_completion_function)},
    {"rl_attempted_completion_over",
     offsetof(struct readline, attempted_completion_over)},
    {"rl_completion_append_character",
     offsetof(struct readline, completion_append_character)},
    {"rl_basic_word_break_characters",
     offsetof(struct readline, basic_word_break_characters)},
    {"history_write_timestamps",
     offsetof(struct readline, history_write_timestamps)},
    {"history_comment_char", offsetof(struct readline, history_comment_char)},
};

/* The pointers of a library that is not whole stay where they are: nobody looks
 * at them. */
static bool find_symbols(void *library)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *found = dlsym(library, symbols[i].name);
        if (!found)
            return false;
        memcpy((char *)&readline + symbols[i].at, &found, sizeof found);
    }
    return true;
}

bool readline_open(void)
{
    static bool tried, there;
    if (!tried) {
        void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
        there = library && find_symbols(library);
        if (there)
            readline.eof_found = dlsym(library, "rl_eof_found");
        tried = true;
    }
    return there;
}
