#include "process/children.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "store/handle.h"
#include "tasks/life.h"
#include "tasks/pidfd.h"
#include "wait/descriptor.h"

struct child {
    pid_t pid; /* 0: a thread */
    struct tl_handle handle;
};

static _Thread_local struct child *children;
static _Thread_local size_t count, room;

int tl_children_reserve(struct tl_process *process)
{
    if (count == room) {
        size_t more = room ? 2 * room : 8;
        struct child *grown = malloc(more * sizeof *grown), *old = children;
        if (!grown)
            return TL_NO_MEMORY;
        if (old)
            memcpy(grown, old, count * sizeof *grown);
        children = grown;
        /* a handler of this thread sees the one or the other */
        atomic_signal_fence(memory_order_seq_cst);
        free(old);
        room = more;
    }
    struct tl_handle *handle = &children[count].handle;
    int status = tl_handle_make(handle, &process->object, 0, false);
    if (status < 0)
        return status;
    tl_ref *ref = &tl_handle_cell(handle)->ref;
    tl_refs_set(ref, *ref | TL_OWN);
    return TL_OK;
}

void tl_children_add(pid_t pid)
{
    children[count++].pid = pid;
}

void tl_children_unreserve(void)
{
    int error = errno;
    tl_handle_close(&children[count].handle);
    errno = error;
}

void tl_children_forget(void)
{
    free(children);
    children = NULL;
    count = room = 0;
}

static struct tl_process *process_at(size_t i)
{
    return children[i].handle.object;
}

static void strike_out(size_t i)
{
    struct tl_handle handle = children[i].handle;
    children[i] = children[--count];
    tl_handle_close(&handle);
}

/* waitpid has told how child i ended. */
static void reaped(size_t i, int status)
{
    atomic_store(&process_at(i)->status, TL_STATUS_KNOWN | (unsigned)status);
    strike_out(i);
}

static bool wait_for_thread(size_t i)
{
    bool ended = atomic_load(&process_at(i)->state) == TL_PROCESS_ENDED;
    if (ended)
        strike_out(i);
    return ended;
}

/* Settles the debts of a child that did not end in order, before it is reaped:
 * until then no other process has its pid, and whoever looks at its slots, here
 * and in the spaces, finds it dead.  False: it has not ended. */
static bool settle(size_t i)
{
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)children[i].pid, &info,
               WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == 0)
        return false;
    if (info.si_code != CLD_EXITED ||
        atomic_load(&process_at(i)->state) != TL_PROCESS_ENDED)
        tl_life_sweep_all();
    return true;
}

/* True: child i is no more, and off the list. */
static bool reap(size_t i)
{
    int status;
    if (children[i].pid == 0)
        return wait_for_thread(i);
    if (!settle(i))
        return false;
    pid_t got = waitpid(children[i].pid, &status, WNOHANG);
    if (got == 0)
        return false;
    if (got > 0)
        reaped(i, status);
    else
        /* somebody else waited for it (a script, by luaposix): how it ended
         * is not known here */
        strike_out(i);
    return true;
}

/* Whether any child has ended, or there is none: one call, however many there
 * are. */
static bool any_has_ended(void)
{
    siginfo_t info = {0};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid != 0;
}

void tl_process_reap(void)
{
    if (tl_enter_home(TL_OP_NONE) < 0)
        return;
    bool ended = any_has_ended();
    for (size_t i = 0; i < count;)
        if ((children[i].pid && !ended) || !reap(i))
            i++;
    tl_upcalls->reap();
}

/* ---- waiting for the end of one ---- */

/* The longest sleep: nothing tells of a tracer that lets go, or of a stop. */
#define BLIND (20 * TL_MILLISECOND)

static size_t find(const struct tl_process *process)
{
    size_t i = 0;
    while (i < count && process_at(i) != process)
        i++;
    return i;
}

bool tl_children_has(const struct tl_process *process)
{
    return find(process) < count;
}

/* The kernel ends processes in real time, also for one that lives in another:
 * the moment of the deadline there. */
static int64_t real(tl_deadline deadline)
{
    return deadline == TL_FOREVER || deadline <= 0
               ? deadline
               : tl_clock_real() + (deadline - tl_clock_now());
}

static bool is_over(int64_t moment)
{
    return moment != TL_FOREVER && tl_clock_real() >= moment;
}

/* Sleeps until something may have changed; *pidfd becomes -1 once it has told
 * of the end. */
static int sleep_for(int *pidfd, int64_t moment)
{
    int64_t left = moment - tl_clock_real();
    struct pollfd polled = {.fd = *pidfd, .events = POLLIN};
    int status = tl_descriptor_wait_briefly(&polled, *pidfd >= 0 ? 1 : 0,
                                            tl_clock_now() +
                                                (left < BLIND ? left : BLIND));
    if (polled.revents) {
        close(*pidfd);
        *pidfd = -1;
    }
    return status == TL_TIMEOUT ? TL_OK : status;
}

/* Callbacks may run in each sleep, and reap children: so this one is looked for
 * again after it. */
static int await(const struct tl_process *process, int *pidfd, int64_t moment)
{
    int status = TL_OK;
    size_t i;
    while (status == TL_OK && (i = find(process)) < count && !reap(i)) {
        if (is_over(moment))
            return TL_TIMEOUT;
        status = sleep_for(pidfd, moment);
        if ((i = find(process)) < count && tl_procfs_stopped(children[i].pid))
            break;
    }
    return status;
}

int tl_children_await(const struct tl_process *process, tl_deadline deadline)
{
    size_t i = find(process);
    if (i == count || reap(i))
        return TL_OK;
    if (tl_clock_passed(deadline))
        return TL_TIMEOUT;
    int pidfd = children[i].pid ? tl_pidfd_open(children[i].pid) : -1;
    int status = await(process, &pidfd, real(deadline));
    if (pidfd >= 0)
        close(pidfd);
    return status;
}

void tl_children_leave(void)
{
    tl_deadline limit = tl_clock_now() + TL_SECOND;
    for (size_t i = 0; i < count;) {
        struct tl_process *process = process_at(i);
        if (atomic_load(&process->state) == TL_PROCESS_ENDED)
            tl_children_await(process, limit);
        i += i < count && process_at(i) == process;
    }
    for (size_t i = 0; i < count; i++)
        tl_handle_close(&children[i].handle);
    tl_children_forget();
}

bool tl_children_remain(void)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        if (children[i].pid && waitpid(children[i].pid, NULL, WNOHANG) == 0) {
            /* one that became another program is in no slot; until it is
             * reaped, its pid is its own */
            kill(children[i].pid, SIGKILL);
            found = true;
        }
    return found;
}

struct tl_process *tl_children_at(size_t i)
{
    for (size_t n = 0; n < count; n++)
        if (atomic_load(&process_at(n)->state) != TL_PROCESS_ENDED && i-- == 0)
            return process_at(n);
    return NULL;
}
