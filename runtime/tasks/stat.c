#include "stat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory/standard.h"

bool tl_stat_read(pid_t pid, struct tl_stat *stat)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC));
    if (fd < 0)
        return false;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got <= 0)
        return false;
    text[got] = '\0';
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
