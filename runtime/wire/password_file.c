#include "wire/password_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"
#include "wire/endpoint.h"

struct reading {
    const char *path;
    char *why;
    size_t size;
};

static bool fail(const struct reading *reading, const char *what)
{
    snprintf(reading->why, reading->size, "the password file %s %s",
             reading->path, what);
    return false;
}

static bool is_safe(const struct reading *reading, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fail(reading, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(reading, "is no regular file");
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return fail(reading, "belongs to another user: make one of your own");
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return fail(reading, "can be read by others: chmod 600 it, and change "
                             "the password, since somebody may have read it");
    return true;
}

/* The first line; the buffer may hold more, which goes with it. */
static bool read_line(const struct reading *reading, int fd, char *out)
{
    size_t count = 0;
    ssize_t got;
    do {
        got = read(fd, out + count, TL_ENDPOINT_SIZE - 1 - count);
        count += got > 0 ? (size_t)got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0)
        return fail(reading, strerror(errno));
    out[count] = '\0';
    size_t line = strcspn(out, "\r\n");
    if (line == TL_ENDPOINT_SIZE - 1)
        return fail(reading, "is too long: its first line is the password");
    explicit_bzero(out + line, count - line);
    return line > 0 ||
           fail(reading, "is empty: its first line is the password");
}

bool tl_password_file_apply(struct tl_endpoint *endpoint, const char *path,
                            char *why, size_t size)
{
    if (!path)
        path = getenv("TIDELOCK_PASSWORD_FILE");
    if (!path || !*path || *endpoint->password)
        return true;
    struct reading reading = {.path = path, .why = why, .size = size};
    /* a pipe without a writer would be waited for */
    int fd = tl_standard_avoid(
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (fd < 0) {
        snprintf(why, size, "the password file %s cannot be read: %s", path,
                 strerror(errno));
        return false;
    }
    bool well =
        is_safe(&reading, fd) && read_line(&reading, fd, endpoint->password);
    close(fd);
    if (!well)
        tl_endpoint_forget(endpoint);
    return well;
}
