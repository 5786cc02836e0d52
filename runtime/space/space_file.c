#include "space/space_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/standard.h"
#include "memory/arena.h"
#include "space/file_check.h"
#include "space/layout.h"
#include "space/space.h"
#include "space/space_lock.h"
#include "tasks/task.h"
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
        /* all regions but those of a program's own arena */
        if (i == TL_REGION_SEED || i == TL_REGION_SLEEPERS ||
            i == TL_REGION_PLAYERS || i == TL_REGION_LOCK_GRAPH)
            continue;
        if (root->regions[i] < before || root->regions[i] % TL_LINE)
            return false;
        before = root->regions[i] + 1;
    }
    return before <= root->front && root->front <= root->size;
}

static bool sum_holds(int fd, const struct tl_root *root)
{
    struct tl_task_table table;
    off_t at = (off_t)root->regions[TL_REGION_TASKS];
    return pread(fd, &table, sizeof table, at) == sizeof table &&
           root->sum == tl_layout_sum(root, &table) &&
           table.limit <= TL_TASKS_MOST && table.spare < table.limit &&
           root->front - root->regions[TL_REGION_TASKS] >=
               sizeof table + (table.limit + 1) * sizeof(struct tl_task);
}

int tl_space_check_root(int fd, uint64_t size, const char *magic)
{
    struct tl_root root;
    if (pread(fd, &root, sizeof root, 0) != sizeof root ||
        memcmp(root.magic, magic, sizeof root.magic) != 0)
        return TL_NO_SPACE;
    if (root.shape != tl_layout_shape())
        return TL_OTHER_VERSION;
    uint64_t backed = atomic_load(&root.backed);
    if (root.size != size || !regions_follow(&root) || backed > size ||
        backed < root.front || !sum_holds(fd, &root))
        return TL_NO_SPACE;
    return TL_OK;
}

static uint64_t namespace_at(const char *path)
{
    struct stat namespace;
    if (stat(path, &namespace) != 0)
        return 0; /* no /proc: all that have none count as one namespace */
    return (uint64_t) namespace.st_dev << 48 ^ (uint64_t) namespace.st_ino;
}

uint64_t tl_space_namespace(void)
{
    return namespace_at("/proc/self/ns/pid");
}

uint64_t tl_space_namespace_of(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
    return namespace_at(path);
}

int tl_space_open_file(const char *path, int *status)
{
    int fd = tl_standard_avoid(
        open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (fd < 0)
        *status = errno == ENOENT   ? TL_EMPTY
                  : errno == EACCES ? TL_NOT_OURS
                  : errno == ELOOP || errno == EISDIR || errno == ENXIO
                      ? TL_NO_SPACE
                      : TL_SYSTEM;
    return fd;
}

int tl_space_check_contents(int fd, uint64_t size, bool alone)
{
    struct tl_root root;
    int status = tl_space_check_root(fd, size, TL_SPACE_MAGIC);
    if (status < 0)
        return status;
    if (alone)
        return tl_file_check_check(fd, size);
    if (pread(fd, &root, sizeof root, 0) != sizeof root)
        return TL_SYSTEM;
    return atomic_load(&root.namespace) == tl_space_namespace() ? TL_OK
                                                                : TL_ELSEWHERE;
}

/* In a space that no program had open: a task that was about to enter it never
 * will, though its pid may by now be that of another process. */
static void take_over(void)
{
    atomic_store(&tl_root()->namespace, tl_space_namespace());
    for (uint32_t n = 1; n <= tl_task_highest(); n++) {
        struct tl_task *task = tl_task_at(n);
        uint64_t state = atomic_load(&task->state);
        if (tl_task_state(task) == TL_TASK_STARTING)
            atomic_store(&task->state,
                         (state & ~UINT64_C(0xff)) | TL_TASK_ABORTED);
    }
}

int tl_space_map_checked(unsigned number, int fd, int kept, bool alone)
{
    int status = tl_arena_map(number, fd, 0, 0);
    if (status == TL_OK && alone) {
        /* also the holes of a file that was copied without its zeros */
        status = tl_arena_back(kept, 0, atomic_load(&tl_root()->backed));
        if (status == TL_OK)
            take_over();
    }
    if (status == TL_OK)
        status = tl_space_share(kept);
    if (status != TL_OK && tl_arena_bases[number])
        tl_arena_unmap(number);
    return status;
}
