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

static bool is_stalled(struct tl_space_wait *wait, pid_t checker)
{
    bool stopped = checker && tl_procfs_stopped(checker);
    if (!stopped || checker != wait->checker || !wait->stopped)
        wait->stopped = stopped ? tl_clock_real() : 0;
    wait->checker = checker;
    return wait->stopped && tl_clock_real() - wait->stopped > PATIENCE;
}

/* A signal's hook is asked each time, since a handler tells nobody that it has
 * run. */
int tl_space_lock_wait(struct tl_space_wait *wait, pid_t checker)
{
    if (wait->pause < PAUSE_MOST)
        wait->pause = wait->pause ? 2 * wait->pause : PAUSE_FIRST;
    tl_clock_pause(wait->pause);
    if (tl_signal_hook && tl_signal_hook())
        return TL_INTERRUPTED;
    int status = tl_checkpoint_ended();
    if (status < 0)
        return status;
    return is_stalled(wait, checker) ? TL_CHECKED : TL_FULL;
}

static int try(int fd, int how)
{
    if (flock(fd, how | LOCK_NB) == 0)
        return TL_OK;
    return errno == EWOULDBLOCK || errno == EINTR ? TL_FULL : TL_SYSTEM;
}

int tl_space_share(int fd)
{
    return try(fd, LOCK_SH);
}

int tl_space_lock(int fd, bool *alone)
{
    *alone = try(fd, LOCK_EX) == TL_OK;
    return *alone ? TL_OK : tl_space_share(fd);
}
