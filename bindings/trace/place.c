#include "trace/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tidelock.h"

/* Whether there is a file with something in it that does not begin as a trace
 * does; one that cannot be read is as good as none. */
static bool has_other_things(const char *path)
{
    char begin[sizeof TL_TRACE_MAGIC - 1];
    struct stat file;
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd < 0)
        return false;
    ssize_t size = fstat(fd, &file) == 0 && S_ISREG(file.st_mode)
                       ? read(fd, begin, sizeof begin)
                       : 0;
    close(fd);
    return size > 0 && memcmp(begin, TL_TRACE_MAGIC, (size_t)size) != 0;
}

/* Of a file that is there, or of the folder in which it is to be. */
static bool can_be_written(const char *path)
{
    char folder[PATH_MAX];
    if (access(path, W_OK) == 0)
        return true;
    if (errno != ENOENT)
        return false;
    const char *slash = strrchr(path, '/');
    int size = slash ? (int)(slash - path) + 1 : 2;
    snprintf(folder, sizeof folder, "%.*s", size, slash ? path : "./");
    return access(folder, W_OK | X_OK) == 0;
}

const char *place_refuse(const char *path, bool later)
{
    if (has_other_things(path))
        return "it is no trace, and what is in it would be lost (a script is a "
               "word of its own: --trace script.lua)";
    return later && !can_be_written(path) ? strerror(errno) : NULL;
}
