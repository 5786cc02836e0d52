/*
 * Socket file: binds a listener's socket, and makes, takes over and removes the
 * file of a Unix one.  See listener.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/standard.h"
#include "net/listener.h"
#include "tasks/process_lock.h"

/* A listener holds a folder's lock for microseconds.  If another program keeps
 * it for half a second, this one goes on without it. */
#define FOLDER_PAUSE (5 * TL_MILLISECOND)
enum { FOLDER_TRIES = 100 };

/* The list of the listeners with a socket file, for the end of the process.  A
 * signal handler may walk it, so each change is one store. */
static struct tl_listener *volatile first;

static int listen_at(int fd, const struct tl_address *address)
{
    int yes = 1;
    if (address->any.sa_family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, &address->any, address->size) < 0 || listen(fd, SOMAXCONN) < 0)
        return errno == EADDRINUSE ? TL_IN_USE : TL_SYSTEM;
    return TL_OK;
}

/* ---- socket files ---- */

/* Whether the file is a socket on which nobody listens. */
static bool is_stale(const struct tl_address *address)
{
    struct stat file;
    if (lstat(address->local.sun_path, &file) < 0 || !S_ISSOCK(file.st_mode))
        return false;
    int fd = tl_address_socket(address);
    if (fd < 0)
        return false;
    bool stale =
        connect(fd, &address->any, address->size) < 0 && errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static int bind_file(struct tl_listener *listener,
                     const struct tl_address *address)
{
    /* sets the mode of the file that bind makes */
    if (fchmod(listener->fd, 0600) < 0)
        return TL_SYSTEM;
    int status = listen_at(listener->fd, address);
    if (status == TL_IN_USE && is_stale(address) &&
        unlink(address->local.sun_path) == 0)
        status = listen_at(listener->fd, address);
    return status;
}

/* The folder of the path, locked; negative where that cannot be had. */
static int lock_folder(const char *path)
{
    char folder[sizeof((struct sockaddr_un *)0)->sun_path];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = tl_standard_avoid(
        open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; fd >= 0 && i < FOLDER_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return fd;
        tl_sleep(tl_clock_now() + FOLDER_PAUSE);
    }
    return fd;
}

/* The path from the root on, since the process may change its folder. */
static char *whole_path(const char *path)
{
    char whole[PATH_MAX + sizeof((struct sockaddr_un *)0)->sun_path + 1];
    if (*path == '/' || !getcwd(whole, PATH_MAX))
        return strdup(path);
    size_t length = strlen(whole);
    snprintf(whole + length, sizeof whole - length, "/%s", path);
    return strdup(whole);
}

static int own_file(struct tl_listener *listener, const char *path)
{
    struct stat file;
    if (lstat(path, &file) < 0)
        return TL_SYSTEM;
    listener->device = file.st_dev;
    listener->inode = file.st_ino;
    listener->path = whole_path(path);
    if (!listener->path) {
        unlink(path);
        return TL_NO_MEMORY;
    }
    tl_process_lock_take();
    listener->next = first;
    first = listener;
    tl_process_lock_drop();
    return TL_OK;
}

static int place_file(struct tl_listener *listener,
                      const struct tl_address *address)
{
    const char *path = address->local.sun_path;
    int folder = lock_folder(path);
    int status = bind_file(listener, address);
    if (status == TL_OK)
        status = own_file(listener, path);
    int error = errno;
    if (folder >= 0)
        close(folder);
    errno = error;
    return status;
}

/* Async-signal-safe. */
static void remove_file(const struct tl_listener *listener)
{
    struct stat file;
    if (listener->maker == getpid() && lstat(listener->path, &file) == 0 &&
        file.st_dev == listener->device && file.st_ino == listener->inode)
        unlink(listener->path);
}

void tl_socket_file_remove(struct tl_listener *listener)
{
    if (!listener->path)
        return;
    remove_file(listener);
    tl_process_lock_take();
    struct tl_listener *volatile *link = &first;
    while (*link && *link != listener)
        link = (struct tl_listener *volatile *)&(*link)->next;
    if (*link)
        *link = listener->next;
    tl_process_lock_drop();
}

void tl_socket_file_remove_all(void)
{
    for (const struct tl_listener *at = first; at; at = at->next)
        remove_file(at);
}

/* ---- either ---- */

static int place_at(struct tl_listener *listener,
                    const struct tl_address *address, const char *text)
{
    char bound[TL_ADDRESS_SIZE];
    bool local = address->any.sa_family == AF_UNIX;
    listener->fd = tl_address_socket(address);
    if (listener->fd < 0)
        return TL_SYSTEM;
    int status = local ? place_file(listener, address)
                       : listen_at(listener->fd, address);
    if (status < 0)
        return status;
    if (!local)
        status = tl_address_bound(listener->fd, bound, sizeof bound);
    if (status < 0)
        return status;
    listener->address = strdup(local ? text : bound);
    return listener->address ? TL_OK : TL_NO_MEMORY;
}

int tl_socket_file_make(struct tl_listener *listener, const char *address)
{
    struct tl_address list[TL_ADDRESSES_MOST];
    unsigned count;
    int status = tl_address_find(address, true, list, &count);
    if (status < 0)
        return status;
    for (unsigned i = 0; i < count; i++) {
        status = place_at(listener, &list[i], address);
        /* a host without IPv6 may still have the name in both */
        if (status != TL_SYSTEM || i + 1 == count)
            break;
        if (listener->fd >= 0)
            close(listener->fd);
        listener->fd = -1;
    }
    return status;
}
