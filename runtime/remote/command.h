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

/* Forgets what was written, and keeps the memory; the same, and gives that
 * back. */
void tl_command_clear(struct tl_command *command);
void tl_command_drop(struct tl_command *command);

#endif
