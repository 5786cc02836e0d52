#include "program/ready_fd.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/standard.h"
#include "program/fd_watcher.h"
#include "store/handle.h"

/* Those of this thread. */
_Thread_local unsigned tl_fds;
static _Thread_local struct tl_fd *own;

/* Keeps the object; a future, which has no reference of its own, by its
 * board's.
 */
static int keep(struct tl_fd *fd, const struct tl_handle *handle)
{
    struct tl_handle keeper = *handle;
    fd->handle = *handle;
    fd->handle.side |= TL_SIDE_LOOKS;
    if (handle->kind == TL_KIND_JOB) {
        keeper.kind = TL_KIND_BOARD;
        keeper.side = 0;
    }
    return tl_handle_keep(&fd->kept, &keeper);
}

static int add(struct tl_fd *fd, const struct tl_handle *handle)
{
    int status = keep(fd, handle);
    if (status < 0)
        return status;
    fd->process = getpid();
    fd->event = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (fd->event < 0) {
        tl_handle_close(&fd->kept);
        return TL_SYSTEM;
    }
    if (tl_fd_watcher_sees(handle))
        tl_fd_watcher_raise(fd);
    status = tl_fd_watcher_add(fd);
    if (status < 0) {
        close(fd->event);
        tl_handle_close(&fd->kept);
        return status;
    }
    fd->next = own;
    own = fd;
    tl_fds++;
    return TL_OK;
}

int tl_fd_open(struct tl_fd **out, const struct tl_handle *handle)
{
    struct tl_waitable waitable = {.handle = handle};
    uint32_t wrong;
    int status = tl_wait_any(&waitable, 1, &wrong, TL_NOW);
    if (status < 0 && status != TL_TIMEOUT)
        return status;
    struct tl_fd *fd = calloc(1, sizeof *fd);
    status = fd ? add(fd, handle) : TL_SYSTEM;
    if (status < 0) {
        free(fd);
        return status;
    }
    *out = fd;
    return TL_OK;
}

static bool is_here(const struct tl_fd *fd)
{
    return fd->process == getpid();
}

int tl_fd_number(const struct tl_fd *fd)
{
    return is_here(fd) ? fd->event : -1;
}

static void end(struct tl_fd *fd)
{
    if (fd->event < 0)
        return;
    struct tl_fd **at = &own;
    while (*at && *at != fd)
        at = &(*at)->next;
    if (*at) {
        *at = fd->next;
        tl_fds--;
    }
    if (is_here(fd)) {
        atomic_store(&fd->removed, true);
        tl_fd_watcher_wake();
        while (!atomic_load(&fd->let_go))
            sched_yield();
    }
    close(fd->event);
    fd->event = -1;
    tl_handle_close(&fd->kept);
}

void tl_fd_close(struct tl_fd *fd)
{
    end(fd);
    free(fd);
}

static bool is_about(const struct tl_fd *fd, const struct tl_handle *handle)
{
    const struct tl_handle *own_handle = &fd->handle;
    return own_handle->object == handle->object &&
           own_handle->kind == handle->kind &&
           (handle->kind == TL_KIND_JOB
                ? own_handle->cell == handle->cell
                : (own_handle->side & ~TL_SIDE_LOOKS) == handle->side);
}

void tl_fd_end(const struct tl_handle *handle)
{
    struct tl_fd *next;
    for (struct tl_fd *fd = own; fd && handle->object; fd = next) {
        next = fd->next;
        if (is_about(fd, handle))
            end(fd);
    }
}

void tl_fd_finish(const struct tl_handle *handle)
{
    for (struct tl_fd *fd = own; fd; fd = fd->next) {
        if (is_about(fd, handle) && is_here(fd)) {
            atomic_store(&fd->final, true);
            tl_fd_watcher_raise(fd);
        }
    }
}

void tl_fd_settle_slow(const struct tl_handle *handle)
{
    for (struct tl_fd *fd = own; fd; fd = fd->next)
        if (is_about(fd, handle) && is_here(fd) && atomic_load(&fd->raised) &&
            !tl_fd_watcher_sees(handle) && tl_fd_watcher_lower(fd))
            tl_fd_watcher_wake();
}
