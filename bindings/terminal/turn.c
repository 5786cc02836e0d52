#include "terminal/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "tidelock.h"

#define AGAIN 0.05 /* seconds between two looks whether it is free */

/* Pasted text comes between no marks any more. */
static const char unmarked[] = "\033[?2004l";

/* Of the whole program.  Written by the task that has the turn; `before` is
 * whole while `taken`. */
struct terminal {
    atomic_bool taken;
    struct termios before;
};

static struct terminal *terminal;
static pid_t opener;

/* The terminal before a line is edited; whole while `edits`, which is stored
 * behind it: a signal's handler may come between any two of these steps. */
static struct termios unedited;
static volatile sig_atomic_t edits;

static int lock = -1; /* while a thread of this process has the turn */
static _Thread_local bool mine;

/* The lock goes with the last copy of its descriptor. */
static void forked(void)
{
    if (lock >= 0)
        close(lock);
    lock = -1;
    mine = false;
}

void turn_open(void)
{
    void *memory = mmap(NULL, sizeof *terminal, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        terminal = memory;
    opener = getpid();
    pthread_atfork(NULL, NULL, forked);
    atexit(turn_restore);
}

static void put_back(const struct termios *before)
{
    /* in the background the terminal is another's */
    if (tcgetpgrp(STDIN_FILENO) != getpgrp())
        return;
    bool wrote = write(STDOUT_FILENO, unmarked, sizeof unmarked - 1) > 0;
    tcsetattr(STDIN_FILENO, TCSANOW, before);
    /* what was typed there stays to be seen */
    wrote = wrote && write(STDOUT_FILENO, "\n", 1) > 0;
    (void)wrote;
}

void turn_edit_begin(void)
{
    edits = tcgetattr(STDIN_FILENO, &unedited) == 0;
}

void turn_edit_end(void)
{
    edits = false;
}

/* What it calls, and what it reads, is for a signal's handler. */
void turn_restore(void)
{
    if (getpid() != opener)
        return;
    if (terminal && atomic_load(&terminal->taken))
        put_back(&terminal->before); /* a task's prompt: that of any process */
    else if (edits)
        put_back(&unedited);
    edits = false; /* the end of the program may call it twice */
}

static void begin(void)
{
    if (!terminal)
        return;
    if (atomic_load(&terminal->taken))
        put_back(&terminal->before); /* who had the turn is dead */
    atomic_store(&terminal->taken, false);
    if (tcgetattr(STDIN_FILENO, &terminal->before) == 0)
        atomic_store(&terminal->taken, true);
}

static int await_lock(int fd)
{
    int status = TL_OK;
    while (status == TL_OK && flock(fd, LOCK_EX | LOCK_NB) != 0 &&
           (errno == EINTR || errno == EWOULDBLOCK))
        status = tl_sleep(tl_deadline_in(AGAIN));
    return status;
}

int turn_take(void)
{
    char path[64];
    if (ttyname_r(STDIN_FILENO, path, sizeof path) != 0)
        return TL_OK;
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (fd < 0)
        return TL_OK;
    int status = await_lock(fd);
    if (status < 0) {
        close(fd);
        return status;
    }
    lock = fd;
    mine = true;
    begin();
    return TL_OK;
}

void turn_leave(void)
{
    if (!mine)
        return;
    if (terminal)
        atomic_store(&terminal->taken, false);
    /* a child that is forked meanwhile has a copy until it closes that */
    flock(lock, LOCK_UN);
    close(lock);
    lock = -1;
    mine = false;
}
