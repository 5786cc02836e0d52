#include "space/space.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"
#include "base/standard.h"
#include "process/task_slots.h"
#include "space/layout.h"
#include "space/space_file.h"
#include "space/space_lock.h"
#include "store/handle.h"
#include "store/name_index.h"
#include "tasks/process_lock.h"

#define SPACE_TASKS 1024
#define SPACE_SPARE 8
#define SPACE_FIRST (UINT64_C(1) << 20) /* bytes that are there at once */
#define SPACE_SIZE (UINT64_C(1) << 30)
#define SPACE_LEAST (UINT64_C(8) << 20)
#define SPACE_MOST (UINT64_C(64) << 30)

/* By the number of the arena; written under tl_process_lock_take, read there or
 * by who is a task of the arena.  The file's identity, since one of the same
 * name may have taken its place; while it is mapped, no other file has it. */
static struct {
    char name[TL_NAME_SIZE];
    uint64_t identity;
} spaces[TL_ARENAS];

uint64_t tl_space_identity_of(const struct stat *file)
{
    return (uint64_t)file->st_dev << 48 ^ (uint64_t)file->st_ino;
}

bool tl_space_path(const char *name, char *path, size_t size)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (length == 0 || length >= TL_NAME_SIZE || name[length])
        return false;
    int wrote = snprintf(path, size, TL_SPACE_FOLDER "/tidelock-%u-%s",
                         (unsigned)geteuid(), name);
    return wrote > 0 && (size_t)wrote < size;
}

const char *tl_space_name(unsigned space)
{
    return space > TL_HOME && space < TL_ARENAS && tl_arena_bases[space]
               ? spaces[space].name
               : NULL;
}

uint64_t tl_space_identity(unsigned space)
{
    return spaces[space].identity;
}

/* ---- mapping what is there ---- */

static int check(int fd, uint64_t identity, struct stat *file, bool *alone)
{
    int status = tl_space_check_file(fd, file);
    if (status < 0)
        return status;
    if (identity && tl_space_identity_of(file) != identity)
        return TL_EMPTY;
    status = tl_space_lock(fd, alone);
    if (status < 0)
        return status;
    return tl_space_check_contents(fd, (uint64_t)file->st_size, *alone);
}

/* Maps the space that is there.  It must have the identity, if that is not 0;
 * else TL_EMPTY.  Takes fd. */
static int adopt(unsigned number, int fd, uint64_t identity)
{
    struct stat file;
    bool alone;
    int status = check(fd, identity, &file, &alone);
    int kept = status < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (kept < 0) {
        close(fd);
        return status < 0 ? status : TL_SYSTEM;
    }
    spaces[number].identity = tl_space_identity_of(&file);
    status = tl_space_map_checked(number, fd, kept, alone);
    int error = errno;
    close(kept);
    errno = error;
    return status;
}

/* ---- making ---- */

static uint64_t wanted_size(void)
{
    const char *text = getenv("TIDELOCK_SPACE");
    return text ? tl_size_parse(text, SPACE_MOST) : SPACE_SIZE;
}

static int furnish(void)
{
    int status = tl_layout_make(SPACE_TASKS, SPACE_SPARE);
    if (status < 0) {
        errno = ENOSPC;
        return TL_SYSTEM;
    }
    atomic_store(&tl_root()->namespace, tl_space_namespace());
    tl_layout_sign(TL_SPACE_MAGIC);
    return TL_OK;
}

/* Gives the file its name.  1: another program was faster. */
static int publish(int fd, const char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
        return TL_OK;
    return errno == EEXIST ? 1 : TL_SYSTEM;
}

/* Makes the space and maps it.  1: another program was faster; or a status. */
static int make(unsigned number, const char *path)
{
    uint64_t size = wanted_size();
    if (size < SPACE_LEAST)
        return TL_BAD_SIZE;
    int fd = tl_standard_avoid(
        open(TL_SPACE_FOLDER, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd < 0)
        return TL_SYSTEM;
    struct stat file;
    int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int status = kept >= 0 ? TL_OK : TL_SYSTEM;
    /* the umask may have left less of the mode */
    if (status == TL_OK && (fchmod(fd, 0600) != 0 || fstat(fd, &file) != 0))
        status = TL_SYSTEM;
    if (status == TL_OK) {
        spaces[number].identity = tl_space_identity_of(&file);
        status = tl_arena_map(number, fd, size, SPACE_FIRST);
    } else {
        close(fd);
    }
    if (status == TL_OK) {
        status = furnish();
        if (status == TL_OK)
            status = tl_space_share(kept);
        if (status == TL_OK)
            status = publish(kept, path);
        if (status != TL_OK)
            tl_arena_unmap(number);
    }
    int error = errno;
    if (kept >= 0)
        close(kept);
    errno = error;
    return status;
}

/* Maps the space; makes it where there is none, unless it must have a certain
 * identity. */
static int reach(unsigned number, const char *path, uint64_t identity)
{
    for (;;) {
        int status;
        int fd = tl_space_open_file(path, &status);
        if (fd >= 0)
            return adopt(number, fd, identity);
        if (status == TL_EMPTY && !identity)
            status = make(number, path);
        if (status <= 0)
            return status;
    }
}

/* ---- opening ---- */

/* The identity of the file at the path; 0: there is none. */
static uint64_t identity_at(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 ? tl_space_identity_of(&file) : 0;
}

static unsigned find_open(const char *name, uint64_t identity)
{
    for (unsigned n = 1; n < TL_ARENAS; n++)
        if (tl_arena_bases[n] && identity &&
            strcmp(spaces[n].name, name) == 0 && spaces[n].identity == identity)
            return n;
    return 0;
}

static unsigned free_number(void)
{
    for (unsigned n = 1; n < TL_ARENAS; n++)
        if (!tl_arena_bases[n])
            return n;
    return 0;
}

static bool is_task_of(uint64_t identity)
{
    for (unsigned n = 1; n < TL_ARENAS; n++)
        if (tl_task_is_in(n) && spaces[n].identity == identity)
            return true;
    return false;
}

int tl_space_borrow(int fd)
{
    struct stat file;
    tl_process_lock_take();
    bool wanted =
        fstat(fd, &file) == 0 && !is_task_of(tl_space_identity_of(&file));
    unsigned number = wanted ? free_number() : 0;
    if (number)
        spaces[number].name[0] = '\0'; /* not to be found */
    else
        close(fd);
    int status = number ? adopt(number, fd, 0) : TL_EMPTY;
    tl_process_lock_drop();
    return status < 0 ? TL_EMPTY : (int)number;
}

void tl_space_return(unsigned number)
{
    tl_process_lock_take();
    tl_arena_unmap(number);
    tl_process_lock_drop();
}

/* Maps the space; its number. */
static int open_new(const char *name, const char *path, uint64_t identity)
{
    unsigned number = free_number();
    if (!number)
        return TL_TOO_MANY_SPACES;
    int status = reach(number, path, identity);
    snprintf(spaces[number].name, sizeof spaces[number].name, "%s", name);
    return status < 0 ? status : (int)number;
}

static int find_or_map(const char *name, const char *path, uint64_t identity)
{
    tl_process_lock_take();
    int number = (int)find_open(name, identity ? identity : identity_at(path));
    if (number == 0)
        number = open_new(name, path, identity);
    tl_process_lock_drop();
    return number;
}

/* This thread becomes a task of the mapped space, if it is none: another thread
 * may have mapped it, or this one may have found no slot the last time. */
static int join(int number, bool with_name)
{
    if (number < 0 || tl_task_is_in((unsigned)number))
        return number;
    tl_arena_go((unsigned)number);
    int status = tl_task_slots_join(with_name);
    return status < 0 ? status : number;
}

int tl_space_look_in(unsigned number)
{
    int status = number == TL_HOME ? TL_OK : join((int)number, false);
    tl_task_visit(TL_HOME);
    return status;
}

/* Whether to try once more, after a while, as another program has the space for
 * itself; *status: of the attempt, then of the wait. */
static bool is_to_try_again(const char *name, struct tl_space_wait *wait,
                            int *status)
{
    if (*status != TL_FULL)
        return false;
    *status = tl_space_lock_wait(wait, (pid_t)tl_space_checker(name));
    return *status == TL_FULL;
}

/* Opens the space of the name, and of this identity if that is not 0. */
static int open_identified(const char *name, uint64_t identity,
                           enum tl_operation operation)
{
    char path[128];
    int status = tl_enter_home(operation);
    if (status < 0)
        return status;
    if (!tl_space_path(name, path, sizeof path))
        return TL_BAD_NAME;
    struct tl_space_wait wait = {0};
    do
        status = find_or_map(name, path, identity);
    while (is_to_try_again(name, &wait, &status));
    status = join(status, true);
    int error = errno;
    tl_task_visit(TL_HOME);
    errno = error;
    return status;
}

int tl_space_open(const char *name)
{
    return open_identified(name, 0, TL_OP_SPACE_OPEN);
}

int64_t tl_space_checker(const char *name)
{
    char path[128];
    int status;
    int fd = tl_space_path(name, path, sizeof path)
                 ? tl_space_open_file(path, &status)
                 : -1;
    if (fd < 0)
        return 0;
    pid_t holder = tl_space_lock_holder(fd);
    close(fd);
    return holder;
}

int tl_space_open_same(const char *name, uint64_t identity)
{
    return identity ? open_identified(name, identity, TL_OP_NONE) : TL_EMPTY;
}

void tl_look_away(unsigned arena)
{
    tl_task_visit(arena);
    tl_task_slots_leave_here();
    tl_arena_unmap(arena);
    spaces[arena].name[0] = '\0';
    tl_task_visit(TL_HOME);
}

/* Where it was mapped, as status says: the number, or a status. */
static int come_to_look(int status, unsigned number)
{
    status = join(status < 0 ? status : (int)number, false);
    tl_task_visit(TL_HOME);
    return status;
}

static int map_to_look(unsigned number, const char *name, const char *path)
{
    int status;
    int fd = tl_space_open_file(path, &status);
    if (fd < 0)
        return status;
    snprintf(spaces[number].name, sizeof spaces[number].name, "%s", name);
    return adopt(number, fd, 0);
}

int tl_look_into(const char *name)
{
    char path[128];
    int status = tl_enter_home(TL_OP_NONE);
    if (status < 0)
        return status;
    if (!tl_space_path(name, path, sizeof path))
        return TL_BAD_NAME;
    unsigned number = free_number();
    if (!number)
        return TL_TOO_MANY_SPACES;
    struct tl_space_wait wait = {0};
    do
        status = map_to_look(number, name, path);
    while (is_to_try_again(name, &wait, &status));
    return come_to_look(status, number);
}

int tl_space_unlink(const char *name)
{
    char path[128];
    struct stat file;
    int status = tl_enter_home(TL_OP_SPACE_REMOVE);
    if (status < 0)
        return status;
    if (!tl_space_path(name, path, sizeof path))
        return TL_BAD_NAME;
    if (lstat(path, &file) == 0 && file.st_uid != geteuid())
        return TL_NOT_OURS;
    if (unlink(path) == 0)
        return TL_OK;
    return errno == ENOENT ? TL_EMPTY : TL_SYSTEM;
}
