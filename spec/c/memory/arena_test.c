/*
 * The memory of an arena in a file, where the kernel gives up for a signal.
 *
 * Linked with --wrap of fallocate: here it gives up as older kernels do, for
 * any signal that may be handled; and besides, now and then, as all do for a
 * tracer.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory/arena.h"
#include "public/status.h"

#define MEGABYTE (UINT64_C(1) << 20)

int allocate(int fd, int mode, off_t from,
             off_t size) __asm__("__real_fallocate");
int allocate_or_give_up(int fd, int mode, off_t from,
                        off_t size) __asm__("__wrap_fallocate");

static int failures, calls;
static int full; /* 1: there is no memory */

static void say(bool well, const char *what)
{
    printf("%s - %s\n", well ? "ok" : "not ok", what);
    failures += !well;
}

static bool handles_signals(void)
{
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return !sigismember(&mask, SIGUSR1) || !sigismember(&mask, SIGALRM);
}

int allocate_or_give_up(int fd, int mode, off_t from, off_t size)
{
    errno = full ? ENOSPC : EINTR;
    if (full || handles_signals() || ++calls % 3 == 1)
        return -1;
    return allocate(fd, mode, from, size);
}

static uint64_t had(int fd)
{
    struct stat file;
    return fstat(fd, &file) == 0 ? (uint64_t)file.st_blocks * 512 : 0;
}

/* It begins with a megabyte, and grows to 16. */
static bool grows(int fd)
{
    return tl_arena_map(1, dup(fd), 64 * MEGABYTE, MEGABYTE) == TL_OK &&
           had(fd) == MEGABYTE && tl_arena_extend(16 * MEGABYTE) == TL_OK &&
           had(fd) == 16 * MEGABYTE;
}

static bool says_that_it_is_full(int fd)
{
    full = 1;
    int extended = tl_arena_extend(32 * MEGABYTE);
    int backed = tl_arena_back(fd, 0, 64 * MEGABYTE), error = errno;
    full = 0;
    return extended == TL_NO_MEMORY && backed == TL_SYSTEM && error == ENOSPC;
}

int main(void)
{
    int fd = memfd_create("arena_test", MFD_CLOEXEC);
    say(grows(fd), "an arena in a file grows, though the kernel gives up");
    say(says_that_it_is_full(fd), "and says so where there is no memory");
    say(handles_signals(), "and signals are handled again");
    return failures != 0;
}
