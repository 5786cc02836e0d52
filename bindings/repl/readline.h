/*
 * Readline: the library of that name, which the program opens at run time, and
 * only where somebody sits at a terminal: nothing is linked with it, scripts
 * run without it, and where it is missing prompt.h reads plain lines.
 *
 * What is declared here is the part of its interface that is used, as its
 * version 8 documents it.
 */
#ifndef READLINE_H
#define READLINE_H

#include <stdbool.h>
#include <stdio.h>

typedef int readline_command(int count, int key);
typedef char **readline_completer(const char *text, int start, int end);
typedef char *readline_generator(const char *text, int asked_before);

struct readline {
    void (*callback_handler_install)(const char *prompt,
                                     void (*on_line)(char *line));
    void (*callback_handler_remove)(void);
    void (*callback_read_char)(void);
    void (*callback_sigcleanup)(void);
    void (*free_line_state)(void);
    void (*prep_terminal)(int meta);
    void (*deprep_terminal)(void);
    void (*check_signals)(void);
    int (*forced_update_display)(void);
    int (*clear_visible_line)(void);
    int (*on_new_line)(void);
    void (*redisplay)(void);
    int (*initialize)(void);
    int (*bind_key)(int key, readline_command *command);
    int (*bind_keyseq)(const char *keys, readline_command *command);
    readline_command *(*function_of_keyseq)(const char *keys, void *map,
                                            int *type);
    readline_command *newline, *get_previous_history, *get_next_history,
        *previous_screen_line, *next_screen_line;
    int (*insert_text)(const char *text);
    int (*delete_text)(int start, int end);
    char *(*variable_value)(const char *name);
    char **(*completion_matches)(const char *text, readline_generator *next);
    void (*using_history)(void);
    void (*stifle_history)(int most);
    void (*add_history)(const char *line);
    int (*read_history)(const char *path);
    int (*write_history)(const char *path);
    int (*append_history)(int count, const char *path);
    /* variables of the library */
    const char **readline_name;
    FILE **outstream;
    int *catch_signals, *persistent_signal_handlers;
    char **line_buffer;
    int *point;
    readline_completer **attempted_completion_function;
    int *attempted_completion_over, *completion_append_character;
    const char **basic_word_break_characters;
    int *history_write_timestamps;
    char *history_comment_char;
    int *eof_found; /* NULL: the library has none */
};

extern struct readline readline;

/* Opens it, once; false: it is not there, or is another. */
bool readline_open(void);

#endif
