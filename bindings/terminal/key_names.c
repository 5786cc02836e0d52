#include "terminal/key_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE '\033'
#define UNKNOWN_CHARACTER "\xef\xbf\xbd"

/* By the number before a tilde. */
static const char *const by_number[] = {
    [1] = "home",     [2] = "insert",   [3] = "delete", [4] = "end",
    [5] = "pageup",   [6] = "pagedown", [7] = "home",   [8] = "end",
    [11] = "F1",      [12] = "F2",      [13] = "F3",    [14] = "F4",
    [15] = "F5",      [17] = "F6",      [18] = "F7",    [19] = "F8",
    [20] = "F9",      [21] = "F10",     [23] = "F11",   [24] = "F12",
    [200] = KEY_PASTE};

/* By the letter that ends the sequence. */
static const char *by_letter(char letter)
{
    static const char letters[] = "ABCDHFPQRSZ";
    static const char *const names[] = {"up",   "down", "right",  "left",
                                        "home", "end",  "F1",     "F2",
                                        "F3",   "F4",   "backtab"};
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? names[at - letters] : NULL;
}

static void name_with(char *name, unsigned modifier, const char *key)
{
    unsigned bits = modifier > 1 ? modifier - 1 : 0;
    snprintf(name, KEY_NAME_SIZE, "%s%s%s%s", bits & 4 ? "ctrl-" : "",
             bits & 2 ? "alt-" : "", bits & 1 ? "shift-" : "", key);
}

/* Behind "ESC [": numbers, and what ends them. */
static size_t read_sequence(const char *bytes, size_t size, char *name)
{
    unsigned numbers[2] = {0, 0}, count = 0;
    size_t at = 2;
    if (at < size && bytes[at] == '[') { /* the Linux console's F1 to F5 */
        if (size == 3)
            return 0;
        if (bytes[3] >= 'A' && bytes[3] <= 'E')
            snprintf(name, KEY_NAME_SIZE, "F%d", bytes[3] - 'A' + 1);
        return 4;
    }
    for (; at < size && bytes[at] >= ' ' && bytes[at] < '@'; at++) {
        if (bytes[at] == ';')
            count++;
        else if (bytes[at] >= '0' && bytes[at] <= '9' && count < 2 &&
                 numbers[count] < 1000)
            numbers[count] = numbers[count] * 10 + (unsigned)(bytes[at] - '0');
    }
    if (at == size)
        return 0;
    const char *key = by_letter(bytes[at]);
    if (bytes[at] == '~' && numbers[0] < sizeof by_number / sizeof *by_number)
        key = by_number[numbers[0]];
    if (key)
        name_with(name, numbers[1], key);
    return at + 1;
}

/* How many bytes the character has; 0: it is none. */
static size_t length_of(unsigned char first)
{
    return first < 0x80   ? 1
           : first < 0xc2 ? 0
           : first < 0xe0 ? 2
           : first < 0xf0 ? 3
           : first < 0xf5 ? 4
                          : 0;
}

static size_t read_character(const char *bytes, size_t size, bool ended,
                             char *name)
{
    size_t length = length_of((unsigned char)bytes[0]), got = 1;
    while (got < length && got < size && (bytes[got] & 0xc0) == 0x80)
        got++;
    if (got == size && got < length && !ended)
        return 0;
    if (got == length)
        snprintf(name, KEY_NAME_SIZE, "%.*s", (int)length, bytes);
    else
        snprintf(name, KEY_NAME_SIZE, "%s", UNKNOWN_CHARACTER);
    return got;
}

static size_t read_control(char byte, char *name)
{
    const char *key = byte == '\r' || byte == '\n' ? "enter"
                      : byte == '\t'               ? "tab"
                      : byte == 0x7f || byte == 8  ? "backspace"
                      : byte == ' '                ? "space"
                                                   : NULL;
    if (key)
        snprintf(name, KEY_NAME_SIZE, "%s", key);
    else if (byte >= 1 && byte <= 26)
        snprintf(name, KEY_NAME_SIZE, "ctrl-%c", 'a' + byte - 1);
    else
        snprintf(name, KEY_NAME_SIZE, "ctrl-%c", byte ? byte + '@' : ' ');
    return 1;
}

static size_t read_plain(const char *bytes, size_t size, bool ended, char *name)
{
    if ((unsigned char)bytes[0] <= ' ' || bytes[0] == 0x7f)
        return read_control(bytes[0], name);
    return read_character(bytes, size, ended, name);
}

/* Behind an ESC: a sequence, a key with Alt, or Escape itself. */
static size_t read_escaped(const char *bytes, size_t size, bool ended,
                           char *name)
{
    char key[KEY_NAME_SIZE] = "";
    if (size == 1 || bytes[1] == ESCAPE) {
        if (size == 1 && !ended)
            return 0;
        snprintf(name, KEY_NAME_SIZE, "escape");
        return 1;
    }
    if (bytes[1] == '[' && size > 2) {
        size_t used = read_sequence(bytes, size, name);
        return used || !ended ? used : size; /* torn: means nothing */
    }
    if (bytes[1] == 'O' && size > 2 && by_letter(bytes[2])) {
        snprintf(name, KEY_NAME_SIZE, "%s", by_letter(bytes[2]));
        return 3;
    }
    if ((bytes[1] == '[' || bytes[1] == 'O') && size == 2 && !ended)
        return 0;
    size_t used = read_plain(bytes + 1, size - 1, ended, key);
    snprintf(name, KEY_NAME_SIZE, "alt-%.24s", key);
    return used ? used + 1 : 0;
}

size_t key_names_read(const char *bytes, size_t size, bool ended,
                      char name[KEY_NAME_SIZE])
{
    name[0] = '\0';
    if (bytes[0] == ESCAPE)
        return read_escaped(bytes, size, ended, name);
    return read_plain(bytes, size, ended, name);
}
