#include "base/size.h"

#include <errno.h>
#include <stdlib.h>

uint64_t tl_size_parse(const char *text, uint64_t most)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    uint64_t size = strtoull(text, &end, 10);
    int shift = 0;
    switch (*end) {
    case 'G':
    case 'g':
        shift = 30;
        break;
    case 'M':
    case 'm':
        shift = 20;
        break;
    case 'K':
    case 'k':
        shift = 10;
        break;
    default:
        break;
    }
    end += shift != 0;
    if (*end || errno || size > most >> shift)
        return 0;
    return size << shift;
}
