#include "base/printable.h"

#include <stdbool.h>
#include <string.h>

/* The bytes of a character; 0: it is none. */
static size_t size_of(const unsigned char *c)
{
    size_t size = *c < 0x80   ? 1
                  : *c < 0xc2 ? 0
                  : *c < 0xe0 ? 2
                  : *c < 0xf0 ? 3
                  : *c < 0xf5 ? 4
                              : 0;
    for (size_t i = 1; i < size; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    /* longer than it need be, half a pair of UTF-16, or above U+10FFFF */
    bool none = (*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
                (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f);
    return none ? 0 : size;
}

/* U+202A to U+202E, and U+2066 to U+2069. */
static bool turns(const unsigned char *c)
{
    return c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
                            (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));
}

size_t tl_printable_size(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    size_t size = size_of(c);
    bool control = *c < ' ' || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0);
    return control || (size == 3 && turns(c)) ? 0 : size;
}

size_t tl_printable_step(const char *at)
{
    size_t size = size_of((const unsigned char *)at);
    return size ? size : 1;
}

void tl_printable_make(char *text)
{
    char *to = text;
    for (size_t step; *text; text += step) {
        step = tl_printable_step(text);
        if (tl_printable_size(text)) {
            memmove(to, text, step);
            to += step;
        } else {
            *to++ = '?';
        }
    }
    *to = '\0';
}
