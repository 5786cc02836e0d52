#include "wire/words.h"

#include <stdlib.h>
#include <string.h>

#define FEW 4096    /* bytes: what a command begins with */
#define MANY 262144 /* more than this is not kept for the next */

static char *room(struct tl_words *command, size_t size)
{
    if (command->failed)
        return NULL;
    if (command->room - command->size < size) {
        size_t most = command->room ? command->room : FEW;
        while (most - command->size < size)
            most *= 2;
        char *bytes = realloc(command->bytes, most);
        command->failed = !bytes;
        if (!bytes)
            return NULL;
        command->bytes = bytes;
        command->room = most;
    }
    return command->bytes + command->size;
}

size_t tl_words_digits(char *out, unsigned long long number)
{
    char digits[TL_WORDS_DIGITS];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

static void head(struct tl_words *command, char sign, size_t number)
{
    char *at = room(command, 3 + TL_WORDS_DIGITS);
    if (!at)
        return;
    at[0] = sign;
    size_t end = 1 + tl_words_digits(at + 1, number);
    at[end] = '\r';
    at[end + 1] = '\n';
    command->size += end + 2;
}

void tl_words_begin(struct tl_words *command, size_t count)
{
    head(command, '*', count);
}

void tl_words_add(struct tl_words *command, const void *word, size_t size)
{
    head(command, '$', size);
    char *at = room(command, size + 2);
    if (!at)
        return;
    if (size > 0)
        memcpy(at, word, size);
    at[size] = '\r';
    at[size + 1] = '\n';
    command->size += size + 2;
}

void tl_words_add_text(struct tl_words *command, const char *word)
{
    tl_words_add(command, word, strlen(word));
}

void tl_words_add_parts(struct tl_words *command, size_t count,
                        const char *const *parts)
{
    size_t size = 0, sizes[TL_WORDS_PARTS];
    for (size_t i = 0; i < count; i++)
        size += (sizes[i] = strlen(parts[i]));
    head(command, '$', size);
    char *at = room(command, size + 2);
    if (!at)
        return;
    for (size_t i = 0; i < count; at += sizes[i++])
        memcpy(at, parts[i], sizes[i]);
    at[0] = '\r';
    at[1] = '\n';
    command->size += size + 2;
}

void tl_words_add_number(struct tl_words *command, unsigned long long number)
{
    char text[TL_WORDS_DIGITS];
    tl_words_add(command, text, tl_words_digits(text, number));
}

/* The command is ours: so all its lengths are right. */
size_t tl_words_place(const struct tl_words *command, size_t place)
{
    const char *at = strchr(command->bytes, '\n') + 1;
    for (; place > 0; place--) {
        char *end;
        size_t size = strtoull(at + 1, &end, 10);
        at = end + 2 + size + 2;
    }
    return (size_t)(at - command->bytes);
}

void tl_words_append(struct tl_words *command, const char *words, size_t size)
{
    char *at = room(command, size);
    if (!at)
        return;
    memcpy(at, words, size);
    command->size += size;
}

void tl_words_clear(struct tl_words *command)
{
    if (command->room > MANY)
        tl_words_drop(command);
    command->size = 0;
    command->failed = false;
}

void tl_words_drop(struct tl_words *command)
{
    free(command->bytes);
    *command = (struct tl_words){0};
}
