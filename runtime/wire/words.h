/*
 * Words: requests as bytes, one after another, as Redis reads them (RESP).
 */
#ifndef TL_WORDS_H
#define TL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct tl_words {
    char *bytes;
    size_t size, room;
    bool failed; /* no memory: what follows is not written */
};

/* Writes a number as text, without an end: how long that is.  Each request has
 * some twenty, and snprintf is a third of what one costs. */
#define TL_WORDS_DIGITS 20
size_t tl_words_digits(char *out, unsigned long long number);

/* `count` words follow. */
void tl_words_begin(struct tl_words *command, size_t count);
void tl_words_add(struct tl_words *command, const void *word, size_t size);
void tl_words_add_text(struct tl_words *command, const char *word);
/* A word of at most TL_WORDS_PARTS texts, one behind the other. */
#define TL_WORDS_PARTS 6
void tl_words_add_parts(struct tl_words *command, size_t count,
                        const char *const *parts);
void tl_words_add_number(struct tl_words *command, unsigned long long number);

/* Where the word with this place in the first command begins, from 0; and adds
 * such words as they stand. */
size_t tl_words_place(const struct tl_words *command, size_t place);
void tl_words_append(struct tl_words *command, const char *words, size_t size);

/* Forgets what was written, and keeps the memory; the same, and gives that
 * back. */
void tl_words_clear(struct tl_words *command);
void tl_words_drop(struct tl_words *command);

#endif
