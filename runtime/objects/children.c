#include "children.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "command.h"
#include "handle.h"
#include "tasks/death.h"

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
        struct child *grown = realloc(children, more * sizeof *grown);
        if (!grown)
            return TL_NO_MEMORY;
        children = grown;
        room = more;
    }
    return tl_handle_make(&children[count].handle, &process->object, 0, false);
}

void tl_children_add(pid_t pid)
{
    children[count++].pid = pid;
}

void tl_children_unreserve(void)
{
    tl_handle_close(&children[count].handle);
}

void tl_children_forget(void)
{
    for (size_t i = 0; i < count; i++)
        tl_handle_close(&children[i].handle);
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
    struct tl_process *process = process_at(i);
    struct tl_handle handle = children[i].handle;
    children[i] = children[--count];
    atomic_store(&process->status, TL_STATUS_KNOWN | (unsigned)status);
    if (atomic_load(&process->state) != TL_PROCESS_ENDED)
        tl_death_sweep();
    tl_handle_close(&handle);
}

static bool wait_for_thread(size_t i)
{
    bool ended = atomic_load(&process_at(i)->state) == TL_PROCESS_ENDED;
    if (ended)
        strike_out(i);
    return ended;
}

static bool wait_for(size_t i, int options)
{
    int status;
    pid_t got;
    if (children[i].pid == 0)
        return wait_for_thread(i);
    do
        got = waitpid(children[i].pid, &status, options);
    while (got < 0 && errno == EINTR);
    if (got == 0 || (got > 0 && WIFSTOPPED(status)))
        return false;
    if (got > 0) {
        reaped(i, status);
    } else {
        /* somebody else waited for it (a script, by luaposix): how it ended
         * is not known here */
        strike_out(i);
    }
    return true;
}

void tl_process_reap(void)
{
    if (tl_enter_home() < 0)
        return;
    for (size_t i = 0; i < count;)
        if (!wait_for(i, WNOHANG))
            i++;
    tl_commands_reap();
}

void tl_children_await(const struct tl_process *process)
{
    for (size_t i = 0; i < count; i++) {
        if (process_at(i) == process) {
            wait_for(i, WUNTRACED);
            return;
        }
    }
}

void tl_children_leave(void)
{
    for (size_t i = 0; i < count;)
        if (atomic_load(&process_at(i)->state) != TL_PROCESS_ENDED ||
            !wait_for(i, WUNTRACED))
            i++;
    tl_children_forget();
}

struct tl_process *tl_children_at(size_t i)
{
    for (size_t n = 0; n < count; n++)
        if (atomic_load(&process_at(n)->state) != TL_PROCESS_ENDED && i-- == 0)
            return process_at(n);
    return NULL;
}
