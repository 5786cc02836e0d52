/*
 * Trace file, whole: one that keeps takes the place of what was there at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"
#include "trace/trace_file.h"

/* The name under which a file is written that takes its place at once; NULL: it
 * is written in its place, since that is no file. */
static char *name_beside(const char *path)
{
    struct stat there;
    if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return NULL;
    size_t size = strlen(path) + sizeof ".part";
    char *name = malloc(size);
    if (name)
        snprintf(name, size, "%s.part", path);
    return name;
}

static int open_new(const char *path)
{
    return tl_standard_avoid(
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
}

int tl_trace_file_write(struct tl_trace_file *file, const char *path)
{
    char *beside = name_beside(path);
    file->error = 0;
    file->fd = open_new(beside ? beside : path);
    if (file->fd < 0)
        file->error = errno;
    else
        tl_trace_file_end(file);
    if (beside && !file->error && rename(beside, path) != 0)
        file->error = errno;
    if (beside && file->error)
        unlink(beside);
    free(beside);
    return file->error ? -1 : 0;
}
