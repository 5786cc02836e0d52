#include "space_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "memory/arena.h"
#include "tidelock.h"

int tl_space_check_file(int fd, struct stat *file)
{
    if (fstat(fd, file) != 0)
        return TL_SYSTEM;
    if (!S_ISREG(file->st_mode))
        return TL_NO_SPACE;
    if (file->st_uid != geteuid() || (file->st_mode & 077))
        return TL_NOT_OURS;
    return TL_OK;
}

static bool regions_follow(const struct tl_root *root)
{
    uint64_t before = sizeof *root;
    for (int i = 0; i < TL_REGIONS; i++) {
        /* all but the program's, which a space has none of */
        if (i == TL_REGION_PROGRAM)
            continue;
        if (root->regions[i] < before || root->regions[i] % TL_LINE)
            return false;
        before = root->regions[i] + 1;
    }
    return before <= root->front && root->front <= root->size;
}

int tl_space_check_root(int fd, uint64_t size, const char *magic)
{
    struct tl_root root;
    if (pread(fd, &root, sizeof root, 0) != sizeof root ||
        memcmp(root.magic, magic, sizeof root.magic) != 0)
        return TL_NO_SPACE;
    if (root.shape != tl_layers_shape())
        return TL_OTHER_VERSION;
    if (root.size != size || !regions_follow(&root) ||
        atomic_load(&root.backed) > size)
        return TL_NO_SPACE;
    return TL_OK;
}

int tl_space_open_file(const char *path, int *status)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        *status = errno == ENOENT   ? TL_EMPTY
                  : errno == EACCES ? TL_NOT_OURS
                  : errno == ELOOP || errno == EISDIR || errno == ENXIO
                      ? TL_NO_SPACE
                      : TL_SYSTEM;
    return fd;
}
