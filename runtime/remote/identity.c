#include "remote/identity.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"

/* The file's first bytes, up to the end of a line; "" where it is not there. */
static void read_line(const char *path, char *out, size_t size)
{
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC));
    ssize_t n = fd < 0 ? 0 : read(fd, out, size - 1);
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

/* The 22nd field; the second may have blanks in it, and ends with ')'. */
uint64_t tl_identity_start(int64_t pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    read_line(path, line, sizeof line);
    char *at = strrchr(line, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

void tl_identity_read(struct tl_identity *identity)
{
    char boot[40];
    struct stat space = {0};
    read_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    stat("/proc/self/ns/pid", &space);
    snprintf(identity->machine, sizeof identity->machine, "%s.%llu", boot,
             (unsigned long long)space.st_ino);
    if (gethostname(identity->host, sizeof identity->host - 1) < 0)
        strcpy(identity->host, "?");
    identity->host[sizeof identity->host - 1] = '\0';
    read_line("/proc/self/comm", identity->program, sizeof identity->program);
    identity->pid = getpid();
    identity->start = tl_identity_start(identity->pid);
}
