#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"
#include "observe/view.h"
#include "space/file_check.h"
#include "space/space.h"
#include "space/space_file.h"

static bool is_empty(int view)
{
    struct tl_view_task task;
    for (uint32_t n = tl_view_task_highest(view); n > 0; n--)
        if (tl_view_task(view, n, &task) && strcmp(task.state, "ended") != 0)
            return false;
    return true;
}

/* A space where nobody is stands still, so that all of it can be looked at, as
 * who opens it would; fd is of the view's file.  The view, or a status. */
static int check(int view, int fd)
{
    struct stat file;
    if (view < 0 || !is_empty(view) || fstat(fd, &file) != 0)
        return view;
    int status = tl_file_check_check(fd, (uint64_t)file.st_size);
    /* unless somebody came, and has changed it meanwhile */
    if (status == TL_OK || !is_empty(view))
        return view;
    tl_view_close(view);
    return status;
}

static int map_checked(int fd, const char *name)
{
    int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int view = check(tl_view_map(fd, TL_SPACE_MAGIC, name), kept);
    if (kept >= 0)
        close(kept);
    return view;
}

int tl_view_space(const char *name)
{
    char path[128];
    struct stat file;
    if (!tl_space_path(name, path, sizeof path))
        return TL_BAD_NAME;
    int fd = tl_standard_avoid(
        open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (fd < 0)
        return errno == ENOENT   ? TL_EMPTY
               : errno == EACCES ? TL_NOT_OURS
                                 : TL_SYSTEM;
    int status = tl_space_check_file(fd, &file);
    if (status == TL_OK)
        return map_checked(fd, name);
    close(fd);
    return status;
}
