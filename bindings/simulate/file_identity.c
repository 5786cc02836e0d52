#include "simulate/file_identity.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last step of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t number_of_stat(const struct stat *status)
{
    return mix(mix((uint64_t)status->st_dev) + (uint64_t)status->st_ino);
}

/* FNV-1a */
static uint64_t number_of_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return mix(hash);
}

/* ---- paths ---- */

/* Appends the parts of a path to one that is absolute and ends without '/';
 * what is too long is left out. */
static void append(char to[PATH_MAX], const char *path)
{
    size_t size = strlen(to);
    while (*path) {
        size_t part = strcspn(path, "/");
        if (part == 2 && memcmp(path, "..", 2) == 0) {
            while (size > 0 && to[--size] != '/')
                ;
        } else if (part > 0 && !(part == 1 && *path == '.') &&
                   size + 1 + part < PATH_MAX) {
            to[size++] = '/';
            memcpy(to + size, path, part);
            size += part;
        }
        to[size] = '\0';
        path += part + (path[part] == '/');
    }
}

/* The working directory; "" where it is "/", or not known. */
static void read_directory(char directory[PATH_MAX])
{
    if (!getcwd(directory, PATH_MAX) || strcmp(directory, "/") == 0)
        directory[0] = '\0';
}

static void shorten(char path[PATH_MAX])
{
    char directory[PATH_MAX];
    read_directory(directory);
    size_t size = strlen(directory);
    if (size > 0 && strncmp(path, directory, size) == 0 && path[size] == '/')
        memmove(path, path + size + 1, strlen(path + size + 1) + 1);
}

void file_identity_of_path(struct file_identity *identity, const char *path)
{
    struct stat status;
    identity->name[0] = '\0';
    if (*path != '/')
        read_directory(identity->name);
    append(identity->name, path);
    identity->number = stat(path, &status) == 0
                           ? number_of_stat(&status)
                           : number_of_text(identity->name);
    shorten(identity->name);
}

/* ---- open files ---- */

static void name_it(struct file_identity *identity, const char *name)
{
    snprintf(identity->name, sizeof identity->name, "%s", name);
}

static const char *kind_of(const struct stat *status)
{
    if (S_ISFIFO(status->st_mode))
        return "a pipe";
    if (S_ISSOCK(status->st_mode))
        return "a socket";
    return "a temporary file";
}

/* Whether a file that is no more had a name of io.tmpfile's, which is another
 * one each time: a number as "#123", or where the file system has no files
 * without a name, as "tmpfa1B2c3". */
static bool is_temporary(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    return *name == '#' ||
           (strncmp(name, "tmpf", 4) == 0 && strlen(name) == 10);
}

/* The path, as the kernel tells it; false: it tells none.  Behind that of a
 * file that is no more it puts a mark. */
static bool read_path(char path[PATH_MAX], int fd)
{
    static const char gone[] = " (deleted)";
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0 || *path != '/')
        return false;
    path[length] = '\0';
    ssize_t rest = length - (ssize_t)(sizeof gone - 1);
    if (rest <= 0 || strcmp(path + rest, gone) != 0)
        return true;
    path[rest] = '\0';
    return !is_temporary(path);
}

void file_identity_of_stream(struct file_identity *identity, FILE *file)
{
    struct stat status;
    int fd = fileno(file);
    if (fd < 0 || fstat(fd, &status) != 0) {
        /* of a C module, made of functions: its address is that of its parent's
         * in a child, too */
        identity->number = mix((uintptr_t)file);
        name_it(identity, "a stream");
        return;
    }
    identity->number = number_of_stat(&status);
    if (read_path(identity->name, fd))
        shorten(identity->name);
    else
        name_it(identity, kind_of(&status));
}
