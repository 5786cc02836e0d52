#include "simulate/stream_buffer.h"

#include <stdio_ext.h>
#include <sys/stat.h>

/* The size that the buffer has, or is going to have: glibc makes it at the
 * first use, of one block of the file, and by lines for a terminal. */
static size_t size_of(FILE *file, bool *lines)
{
    struct stat status;
    size_t size = __fbufsize(file);
    *lines = __flbf(file) != 0;
    if (size > 0)
        return size;
    size = BUFSIZ;
    if (fstat(fileno(file), &status) != 0)
        return size;
    *lines = *lines || S_ISCHR(status.st_mode);
    if (status.st_blksize > 0 && status.st_blksize < BUFSIZ)
        size = (size_t)status.st_blksize;
    return size;
}

bool stream_buffer_overflows(FILE *file, size_t size, bool newline)
{
    bool lines;
    size_t room = size_of(file, &lines), held = __fpending(file);
    if (lines && newline)
        return true;
    /* what fills an empty buffer goes past it */
    return size > 0 && (held > 0 ? size > room - held : size >= room);
}

bool stream_buffer_is_pending(FILE *file)
{
    return __fpending(file) > 0;
}
