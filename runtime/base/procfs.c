#include "base/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/standard.h"

bool tl_procfs_text(const char *path, char *text, size_t size)
{
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC));
    if (fd < 0)
        return false;
    ssize_t got = read(fd, text, size - 1);
    close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/* The set of signals that a line of /proc/PID/status has, in hexadecimal. */
static unsigned long long set_of(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    return at ? strtoull(at + strlen(line), NULL, 16) : 0;
}

/* No descriptor is left for a file that may be there. */
static bool cannot_open(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

bool tl_procfs_sleeps(pid_t pid, pid_t tid)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)pid, (int)tid);
    errno = 0;
    if (!tl_procfs_text(path, text, sizeof text))
        return cannot_open(errno) || access("/proc/self/status", F_OK) != 0;
    unsigned long long coming =
        (set_of(text, "\nSigPnd:") | set_of(text, "\nShdPnd:")) &
        ~(set_of(text, "\nSigBlk:") | set_of(text, "\nSigIgn:"));
    const char *state = strstr(text, "\nState:\t");
    return coming == 0 && state && state[8] && strchr("STt", state[8]);
}

bool tl_procfs_read(pid_t pid, struct tl_procfs *stat)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (!tl_procfs_text(path, text, sizeof text))
        return false;
    /* the name, in parentheses, may contain anything: from the last one on;
     * the exit status is the last field */
    const char *name_end = strrchr(text, ')');
    const char *last = strrchr(text, ' ');
    if (!name_end || strlen(name_end) < 3 || !last)
        return false;
    stat->state = name_end[2];
    stat->exit_status = (unsigned)strtoul(last, NULL, 10);
    return true;
}

uint64_t tl_procfs_started(pid_t pid)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (!tl_procfs_text(path, text, sizeof text))
        return 0;
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

bool tl_procfs_stopped(pid_t pid)
{
    struct tl_procfs stat;
    return tl_procfs_read(pid, &stat) &&
           (stat.state == 'T' || stat.state == 't');
}

bool tl_procfs_runs(pid_t pid)
{
    struct tl_procfs stat;
    return tl_procfs_read(pid, &stat) && !strchr("TtZX", stat.state);
}

bool tl_procfs_gone(pid_t pid)
{
    struct tl_procfs stat;
    if (tl_procfs_read(pid, &stat))
        return stat.state == 'Z' || stat.state == 'X';
    /* where no descriptor is left, this process still knows its own zombies */
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid)
        return true;
    return kill(pid, 0) != 0 && errno == ESRCH;
}
