/*
 * Command: requests as bytes, one after another, as Redis reads them (RESP).
 */
#ifndef TL_COMMAND_H
#define TL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct tl_command {
    char *bytes;
    size_t size, room;
    bool failed; /* no memory: what follows is not written */
};

/* `count` words follow. */
void tl_command_begin(struct tl_command *command, size_t count);
void tl_command_add(struct tl_command *command, const void *word, size_t size);
void tl_command_word(struct tl_command *command, const char *word);
void tl_command_number(struct tl_command *command, unsigned long long number);

/* Where the word with this place in the first command begins, from 0; and adds
 * such words as they stand. */
size_t tl_command_word_at(const struct tl_command *command, size_t place);
void tl_command_append(struct tl_command *command, const char *words,
                       size_t size);

/* Forgets what was written, and keeps the memory; the same, and gives that
 * back. */
void tl_command_clear(struct tl_command *command);
void tl_command_drop(struct tl_command *command);

#endif
