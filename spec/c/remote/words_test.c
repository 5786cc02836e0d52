/* Words: the bytes of commands, of numbers of any length among them. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "wire/words.h"

static int failures;

static void is(const struct tl_words *command, const char *expected)
{
    bool well = command->size == strlen(expected) &&
                memcmp(command->bytes, expected, command->size) == 0;
    printf("%s - %s", well ? "ok" : "not ok", expected);
    failures += !well;
}

static void number(unsigned long long value)
{
    struct tl_words command = {0};
    char text[32], expected[64];
    int size = snprintf(text, sizeof text, "%llu", value);
    snprintf(expected, sizeof expected, "$%d\r\n%s\r\n", size, text);
    tl_words_add_number(&command, value);
    is(&command, expected);
    tl_words_drop(&command);
}

int main(void)
{
    static const char long_word[12345];
    const char *const parts[] = {"tl:{a}:", "", "m", "7.1"};
    struct tl_words command = {0};
    number(0);
    number(9);
    number(10);
    number(1234567890);
    number(ULLONG_MAX);
    tl_words_begin(&command, 2);
    tl_words_add_parts(&command, 4, parts);
    tl_words_add_text(&command, "");
    is(&command, "*2\r\n$11\r\ntl:{a}:m7.1\r\n$0\r\n\r\n");
    size_t second = tl_words_place(&command, 1);
    struct tl_words tail = {0};
    tl_words_append(&tail, command.bytes + second, command.size - second);
    is(&tail, "$0\r\n\r\n");
    tl_words_drop(&tail);
    tl_words_clear(&command);
    tl_words_add(&command, long_word, sizeof long_word);
    command.size -= sizeof long_word + 2;
    is(&command, "$12345\r\n");
    tl_words_drop(&command);
    return failures != 0;
}
