#include "space/space_lock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "tidelock.h"
#include "wait/checkpoint.h"

#define PAUSE_FIRST (50 * TL_MICROSECOND)
#define PAUSE_MOST (10 * TL_MILLISECOND)

/* How long to wait for a program that stays stopped: a debugger or a resume may
 * let it go on. */
#define PATIENCE TL_SECOND

/* The process that a line of /proc/locks names as the holder of the file; one
 * that only waits for it has an arrow there. */
static pid_t holder_in(const char *line, const struct stat *file)
{
    int pid;
    unsigned major_, minor_;
    unsigned long long inode;
    if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %d %x:%x:%llu", &pid, &major_,
               &minor_, &inode) != 4)
        return 0;
    bool same = inode == file->st_ino && major_ == major(file->st_dev) &&
                minor_ == minor(file->st_dev);
    return same && pid > 0 ? pid : 0;
}

pid_t tl_space_lock_holder(int fd)
{
    struct stat file;
    char line[128];
    pid_t holder = 0;
    FILE *locks = fstat(fd, &file) == 0 ? fopen("/proc/locks", "re") : NULL;
    if (!locks)
        return 0;
    while (!holder && fgets(line, sizeof line, locks))
        holder = holder_in(line, &file);
    fclose(locks);
    return holder;
}

static bool is_stopped(pid_t pid)
{
    struct tl_procfs stat;
    return pid && tl_procfs_read(pid, &stat) &&
           (stat.state == 'T' || stat.state == 't');
}

/* Who has the file, and since when it is stopped; 0: it is not. */
struct checker {
    pid_t pid;
    int64_t stopped;
};

static bool is_stalled(int fd, struct checker *checker)
{
    pid_t pid = tl_space_lock_holder(fd);
    if (!is_stopped(pid) || pid != checker->pid || !checker->stopped)
        checker->stopped = is_stopped(pid) ? tl_clock_real() : 0;
    checker->pid = pid;
    return checker->stopped && tl_clock_real() - checker->stopped > PATIENCE;
}

/* Between two tries.  A signal's hook is asked each time, since a handler tells
 * nobody that it has run. */
static int pause_between(int64_t *pause)
{
    tl_clock_pause(*pause);
    if (*pause < PAUSE_MOST)
        *pause *= 2;
    if (tl_signal_hook && tl_signal_hook())
        tl_due_set(TL_DUE_INTERRUPT);
    return tl_checkpoint_is_ended() ? TL_INTERRUPTED : TL_OK;
}

static int try(int fd, int how)
{
    if (flock(fd, how | LOCK_NB) == 0)
        return TL_OK;
    return errno == EWOULDBLOCK || errno == EINTR ? TL_FULL : TL_SYSTEM;
}

int tl_space_share(int fd)
{
    struct checker checker = {0};
    int64_t pause = PAUSE_FIRST;
    int status;
    while ((status = try(fd, LOCK_SH)) == TL_FULL) {
        status = pause_between(&pause);
        if (status < 0)
            return status;
        if (pause >= PAUSE_MOST && is_stalled(fd, &checker))
            return TL_CHECKED;
    }
    return status;
}

int tl_space_lock(int fd, bool *alone)
{
    *alone = try(fd, LOCK_EX) == TL_OK;
    return *alone ? TL_OK : tl_space_share(fd);
}
