#include "observe/view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"
#include "memory/arena.h"
#include "space/space.h"
#include "space/space_file.h"

static struct {
    char name[TL_NAME_SIZE];
    uint64_t identity;
    bool elsewhere;
} views[TL_ARENAS];

/* ---- mapping ---- */

static bool is_other(uint64_t namespace)
{
    return namespace && namespace != tl_space_namespace();
}

int tl_view_map(int fd, const char *magic, const char *name)
{
    struct stat file;
    struct tl_root root;
    int status = fstat(fd, &file) == 0
                     ? tl_space_check_root(fd, (uint64_t)file.st_size, magic)
                     : TL_SYSTEM;
    if (pread(fd, &root, sizeof root, 0) != sizeof root)
        atomic_init(&root.namespace, 0);
    int number = status < 0 ? status : tl_arena_view(fd);
    close(fd);
    if (number < 0)
        return number;
    snprintf(views[number].name, TL_NAME_SIZE, "%s", name);
    views[number].identity = tl_space_identity_of(&file);
    views[number].elsewhere = is_other(atomic_load(&root.namespace));
    return number;
}

static int open_to_read(const char *path)
{
    return tl_standard_avoid(
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/* Calls `see` with each open file of the process whose link begins so, until it
 * returns false.  False: they cannot be read. */
static bool each_file(pid_t pid, const char *begin,
                      bool (*see)(const char *path, const char *link,
                                  void *context),
                      void *context)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char link[300] = "", name[400];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (readlink(name, link, sizeof link - 1) > 0 &&
            strncmp(link, begin, strlen(begin)) == 0 &&
            !see(name, link, context))
            break;
    }
    closedir(folder);
    return true;
}

static bool open_program(const char *path, const char *link, void *context)
{
    int *view = context;
    int fd = open_to_read(path);
    (void)link;
    if (fd >= 0)
        *view = tl_view_map(fd, TL_PROGRAM_MAGIC, "");
    return fd < 0;
}

int tl_view_program(pid_t pid)
{
    int view = TL_NO_SPACE;
    if (kill(pid, 0) != 0)
        return errno == ESRCH ? TL_ENDED : TL_SYSTEM;
    each_file(pid, TL_ARENA_LINK, open_program, &view);
    if (view >= 0)
        views[view].elsewhere = is_other(tl_space_namespace_of(pid));
    return view;
}

static bool identify(const char *path, const char *link, void *context)
{
    struct stat file;
    (void)link;
    if (stat(path, &file) != 0)
        return true;
    *(uint64_t *)context = tl_space_identity_of(&file);
    return false;
}

uint64_t tl_view_find(pid_t pid)
{
    uint64_t identity = 0;
    each_file(pid, TL_ARENA_LINK, identify, &identity);
    return identity;
}

struct spaces {
    int *views;
    unsigned most, count;
};

static bool is_known(const struct spaces *spaces, int view)
{
    for (unsigned i = 0; i < spaces->count; i++)
        if (views[spaces->views[i]].identity == views[view].identity)
            return true;
    return false;
}

/* In the process that made a space, the link shows the nameless file that it
 * was at first; its name is looked for by what the file is. */
static void name_of(uint64_t identity, const char *link, char *name)
{
    char path[128], full[400];
    struct stat file;
    const char *begin = tl_space_path("x", path, sizeof path) ? path : "";
    size_t size = strlen(begin) ? strlen(begin) - 1 : 0;
    snprintf(name, TL_NAME_SIZE, "%s", "?");
    if (size && strncmp(link, begin, size) == 0) {
        snprintf(name, TL_NAME_SIZE, "%.*s", TL_NAME_SIZE - 1, link + size);
        return;
    }
    DIR *folder = opendir(TL_SPACE_FOLDER);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        snprintf(full, sizeof full, TL_SPACE_FOLDER "/%s", entry->d_name);
        if (strncmp(full, begin, size) == 0 && stat(full, &file) == 0 &&
            tl_space_identity_of(&file) == identity)
            snprintf(name, TL_NAME_SIZE, "%.*s", TL_NAME_SIZE - 1, full + size);
    }
    if (folder)
        closedir(folder);
}

static bool open_space(const char *path, const char *link, void *context)
{
    struct spaces *spaces = context;
    int fd = open_to_read(path);
    int view = fd >= 0 ? tl_view_map(fd, TL_SPACE_MAGIC, "") : TL_SYSTEM;
    if (view < 0)
        return true;
    if (is_known(spaces, view)) {
        tl_view_close(view);
        return true;
    }
    name_of(views[view].identity, link, views[view].name);
    spaces->views[spaces->count++] = view;
    return spaces->count < spaces->most;
}

unsigned tl_view_spaces_of(pid_t pid, int *numbers, unsigned most)
{
    struct spaces spaces = {.views = numbers, .most = most};
    if (most > 0)
        each_file(pid, TL_SPACE_FOLDER "/", open_space, &spaces);
    return spaces.count;
}

const char *tl_view_name(int view)
{
    return views[view].name;
}

uint64_t tl_view_identity(int view)
{
    return views[view].identity;
}

bool tl_view_is_elsewhere(int view)
{
    return views[view].elsewhere;
}

void tl_view_memory(int view, uint64_t *used, uint64_t *most)
{
    struct stat file = {0};
    tl_arena_stat((unsigned)view, &file);
    *used = (uint64_t)file.st_blocks * 512;
    *most = (uint64_t)file.st_size;
}

void tl_view_close(int view)
{
    tl_arena_unmap((unsigned)view);
    views[view].name[0] = '\0';
}
