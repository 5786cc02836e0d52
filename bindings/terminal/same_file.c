#include "terminal/same_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A file; or, where there is none, its folder and its name in that. */
struct identity {
    struct stat file;
    const char *name;
};

static bool identify(const char *path, struct identity *it)
{
    char folder[PATH_MAX];
    it->name = "";
    if (stat(path, &it->file) == 0)
        return S_ISREG(it->file.st_mode);
    const char *slash = strrchr(path, '/');
    it->name = slash ? slash + 1 : path;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    return stat(folder, &it->file) == 0;
}

bool same_file(const char *path, const char *other)
{
    struct identity one, two;
    return identify(path, &one) && identify(other, &two) &&
           one.file.st_dev == two.file.st_dev &&
           one.file.st_ino == two.file.st_ino &&
           strcmp(one.name, two.name) == 0;
}
