/*
 * Fd watcher: turn after turn, it takes the entries that were added, lets go
 * of those that were removed, and waits as tl_wait_any for the objects that
 * are not raised, and for `control`, by which it is woken.  It raises those
 * that are ready.
 *
 * While any is raised, it also looks after a pause, and lowers those that
 * others have left not ready.  The pause grows from FALSE_AT_LEAST to
 * FALSE_AT_MOST while nothing happens.
 */
#include "program/fd_watcher.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/helper_thread.h"
#include "base/standard.h"
#include "park/post.h"
#include "process/task_slots.h"
#include "space/space.h"
#include "store/handle.h"
#include "tasks/process_lock.h"
#include "tasks/tenancy.h"

/* How long a descriptor may stay raised for what others have taken. */
#define FALSE_AT_LEAST TL_MILLISECOND
#define FALSE_AT_MOST (64 * TL_MILLISECOND)

/* Of the process.  `control` is an eventfd that ends the watcher's sleep. */
enum { WATCHER_STARTS, WATCHER_RUNS, WATCHER_FAILED };
static struct {
    pid_t process;
    int control;
    _Atomic(struct tl_fd *) added; /* newest first; taken all at once */
    _Atomic int state;
} watcher = {.control = -1};

static void bump(int event)
{
    uint64_t one = 1;
    if (write(event, &one, sizeof one) < 0)
        return; /* the count is as high as can be */
}

static void reset(int event)
{
    uint64_t count;
    if (read(event, &count, sizeof count) < 0)
        return; /* the count was 0 */
}

void tl_fd_watcher_raise(struct tl_fd *fd)
{
    if (!atomic_exchange(&fd->raised, true))
        bump(fd->event);
}

bool tl_fd_watcher_lower(struct tl_fd *fd)
{
    if (!atomic_exchange(&fd->raised, false))
        return false;
    reset(fd->event);
    return true;
}

bool tl_fd_watcher_sees(const struct tl_handle *handle)
{
    struct tl_waitable waitable = {.handle = handle};
    uint32_t wrong;
    return tl_wait_any(&waitable, 1, &wrong, TL_NOW) != TL_TIMEOUT;
}

static int look_at_control(void *state, struct pollfd *polled, unsigned *count)
{
    int control = *(int *)state;
    uint64_t moved;
    if (read(control, &moved, sizeof moved) > 0)
        return 1;
    *polled = (struct pollfd){.fd = control, .events = POLLIN};
    *count = 1;
    return 0;
}

static struct tl_fd *take_added(struct tl_fd *list)
{
    struct tl_fd *added = atomic_exchange(&watcher.added, NULL);
    while (added) {
        struct tl_fd *next = added->watched;
        added->watched = list;
        list = added;
        added = next;
    }
    return list;
}

static struct tl_fd *drop_removed(struct tl_fd *list)
{
    struct tl_fd **at = &list;
    while (*at) {
        struct tl_fd *fd = *at;
        if (!atomic_load(&fd->removed)) {
            at = &fd->watched;
            continue;
        }
        *at = fd->watched;
        /* the owner frees it from here on */
        atomic_store(&fd->let_go, true);
    }
    return list;
}

static size_t length(const struct tl_fd *list)
{
    size_t n = 0;
    for (; list; list = list->watched)
        n++;
    return n;
}

/* What the watcher waits for, side by side; the control comes first. */
struct lists {
    struct tl_waitable *waitables;
    struct tl_fd **fds;
    size_t room;
};

/* For the control and n more; false when memory is out. */
static bool make_room(struct lists *lists, size_t n)
{
    if (n < lists->room)
        return true;
    size_t room = 2 * (n + 1);
    struct tl_waitable *waitables =
        realloc(lists->waitables, room * sizeof *waitables);
    if (!waitables)
        return false;
    lists->waitables = waitables;
    struct tl_fd **fds = realloc(lists->fds, room * sizeof *fds);
    if (!fds)
        return false;
    lists->fds = fds;
    lists->room = room;
    return true;
}

/* Gathers the entries that are not raised, behind the control.  Returns how
 * many there are with it; *raised: whether any other entry is raised. */
static uint32_t gather(struct tl_fd *list, struct tl_waitable *waitables,
                       struct tl_fd **fds, bool *raised)
{
    uint32_t n = 1;
    *raised = false;
    for (struct tl_fd *fd = list; fd; fd = fd->watched) {
        fd->is_new = false;
        if (atomic_load(&fd->final))
            continue;
        if (atomic_load(&fd->raised)) {
            *raised = true;
            continue;
        }
        fds[n] = fd;
        waitables[n++] = (struct tl_waitable){.handle = &fd->handle};
    }
    return n;
}

static void raise_ready(const struct tl_waitable *waitables,
                        struct tl_fd *const *fds, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (waitables[i].ready) {
            fds[i]->is_new = true;
            tl_fd_watcher_raise(fds[i]);
        }
    }
}

static void lower_false(struct tl_fd *list)
{
    for (struct tl_fd *fd = list; fd; fd = fd->watched)
        if (!fd->is_new && !atomic_load(&fd->final) &&
            atomic_load(&fd->raised) && !tl_fd_watcher_sees(&fd->handle))
            tl_fd_watcher_lower(fd);
}

/* The objects may be of spaces that this thread has not looked into yet. */
static void look_into_spaces(const struct tl_fd *list)
{
    for (; list; list = list->watched)
        tl_space_look_in(list->handle.arena);
    tl_task_visit(TL_HOME);
}

static void turn(struct tl_fd *list, const struct lists *lists, int64_t *pause)
{
    struct tl_waitable *waitables = lists->waitables;
    struct tl_fd **fds = lists->fds;
    static void *const control = &watcher.control;
    bool raised;
    waitables[0] =
        (struct tl_waitable){.look = look_at_control, .state = &control};
    uint32_t wrong = 0, count = gather(list, waitables, fds, &raised);
    tl_deadline until = raised ? tl_clock_now() + *pause : TL_FOREVER;
    int status = tl_wait_any(waitables, count, &wrong, until);
    if (status > 0) {
        *pause = FALSE_AT_LEAST;
        raise_ready(waitables, fds, count);
    } else if (status == TL_TIMEOUT) {
        *pause = *pause < FALSE_AT_MOST ? *pause * 2 : FALSE_AT_MOST;
    } else if (wrong > 0) {
        /* raised, so that the owner calls, and is told what is wrong */
        tl_fd_watcher_raise(fds[wrong]);
    }
    lower_false(list);
}

/* Whether the watcher may end; then the next entry starts another. */
static bool is_over(const struct tl_fd *list)
{
    if (list)
        return false;
    tl_process_lock_take();
    bool over = atomic_load(&watcher.added) == NULL;
    if (over)
        watcher.process = 0;
    tl_process_lock_drop();
    return over;
}

/* Watches until there is nothing to watch. */
static void watch(void)
{
    struct tl_fd *list = take_added(NULL);
    struct lists lists = {0};
    int64_t pause = FALSE_AT_LEAST;
    while (!is_over(list)) {
        if (make_room(&lists, length(list))) {
            look_into_spaces(list);
            turn(list, &lists, &pause);
        } else {
            sched_yield();
        }
        list = drop_removed(take_added(list));
    }
    free(lists.waitables);
    free(lists.fds);
}

/* Becomes a task without a name, which has only come to look. */
static bool enter(void)
{
    struct tl_task *task;
    tl_arena_go(TL_HOME);
    do {
        task = tl_tenancy_claim();
        if (!task)
            return false;
    } while (!tl_tenancy_enter(task, tl_task_id(task)));
    tl_post_newcomer();
    tl_checkpoint_adopt();
    return true;
}

static void *live(void *unused)
{
    prctl(PR_SET_NAME, "tidelock-fd");
    bool well = enter();
    atomic_store(&watcher.state, well ? WATCHER_RUNS : WATCHER_FAILED);
    if (well) {
        watch();
        tl_task_slots_leave();
    }
    return unused;
}

static void give(struct tl_fd *fd)
{
    struct tl_fd *head = atomic_load(&watcher.added);
    do
        fd->watched = head;
    while (!atomic_compare_exchange_weak(&watcher.added, &head, fd));
}

/* Starts the watcher with its first entry: without one it would end at once. */
static int start(struct tl_fd *fd)
{
    if (watcher.control >= 0)
        close(watcher.control); /* the parent's, or of the one before */
    watcher.control = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    atomic_store(&watcher.added, NULL);
    give(fd);
    atomic_store(&watcher.state, WATCHER_STARTS);
    int status =
        watcher.control < 0 ? TL_SYSTEM : tl_helper_thread_start(live, NULL);
    while (status == TL_OK && atomic_load(&watcher.state) == WATCHER_STARTS)
        sched_yield();
    if (status == TL_OK && atomic_load(&watcher.state) == WATCHER_FAILED)
        status = TL_NO_TASKS;
    if (status == TL_OK)
        watcher.process = getpid();
    return status;
}

void tl_fd_watcher_wake(void)
{
    bump(watcher.control);
}

int tl_fd_watcher_add(struct tl_fd *fd)
{
    int status = TL_OK;
    tl_process_lock_take();
    if (watcher.process != getpid()) {
        status = start(fd);
    } else {
        give(fd);
        tl_fd_watcher_wake();
    }
    tl_process_lock_drop();
    return status;
}
