#include "space/foreign_spaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/standard.h"
#include "space/space.h"
#include "tasks/task.h"

/* The folder alone: in the process that made a space, the link still shows the
 * file as the nameless one (O_TMPFILE) that it was at first. */
#define BEGIN TL_SPACE_FOLDER "/"

/* Takes fd. */
static bool look_into(int fd, pid_t pid, bool (*look)(pid_t pid))
{
    int number = tl_space_borrow(fd);
    if (number < 0)
        return false;
    tl_task_visit((unsigned)number);
    bool found = look(pid);
    tl_task_visit(TL_HOME);
    tl_space_return((unsigned)number);
    return found;
}

bool tl_foreign_spaces_any(pid_t pid, bool (*look)(pid_t pid))
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    bool found = false;
    if (!folder)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(folder));) {
        char link[128] = "", name[400];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (readlink(name, link, sizeof link - 1) <= 0 ||
            strncmp(link, BEGIN, strlen(BEGIN)) != 0)
            continue;
        int fd = tl_standard_avoid(open(name, O_RDWR | O_CLOEXEC | O_NONBLOCK));
        found = fd >= 0 && look_into(fd, pid, look);
    }
    closedir(folder);
    return found;
}
