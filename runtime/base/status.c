#include "public/status.h"

#include <stddef.h>

static const struct {
    int status;
    const char *text;
} texts[] = {
    {TL_OK, "done"},
    {TL_ABANDONED, "abandoned"},
    {TL_TIMEOUT, "timeout"},
    {TL_FULL, "full"},
    {TL_EMPTY, "empty"},
    {TL_CLOSED, "closed"},
    {TL_BROKEN, "broken"},
    {TL_REFUSED, "refused"},
    {TL_UNREACHABLE, "unreachable"},
    {TL_DEADLOCK, "deadlock"},
    {TL_STUCK, "no task can ever go on"},
    {TL_INTERRUPTED, "interrupted"},
    {TL_CANCELLED, "cancelled"},
    {TL_STOPPED, "refused: this would change the schedule, which is stopped"},
    {TL_NOT_HOLDER, "not held by this task"},
    {TL_HELD, "held by this task already"},
    {TL_OVER, "above its bound"},
    {TL_TOO_MANY_DONE, "more items done than were put"},
    {TL_WRONG_END, "the other end does this"},
    {TL_STARTED, "started already"},
    {TL_NOT_STARTED, "not started yet"},
    {TL_SELF, "a task cannot wait for its own end"},
    {TL_DAEMON, "daemonic processes are not allowed to have children"},
    {TL_ENDED, "has ended"},
    {TL_DROPPED, "was closed before"},
    {TL_FOREIGN,
     "this process was forked without the runtime: use ipc.process"},
    {TL_FOREIGN_THREAD, "this thread is not the runtime's: use ipc.thread, or "
                        "the runtime from the first one alone"},
    {TL_NOT_PARENT, "only its parent can do this"},
    {TL_UNORDERED, "this queue has no priorities"},
    {TL_NOT_WAITABLE, "is nothing to wait for"},
    {TL_IS_THREAD, "is one thread of a process, which the system cannot signal "
                   "or stop by itself"},
    {TL_NOT_OWNER, "only the process that made the pool can use it"},
    {TL_OTHER_ARENA, "belongs elsewhere"},
    {TL_OTHER_KIND, "stands there as something else"},
    {TL_OTHER_SHAPE, "stands there otherwise"},
    {TL_BAD_NAME, "a name is letters, digits, '.', '-' and '_', at most 47"},
    {TL_NOT_OURS, "belongs to another user, or others may change it"},
    {TL_NO_SPACE, "is no space, or damaged"},
    {TL_FILE_LIMIT, "the limit of the size of files (ulimit -f) is below the "
                    "size of the shared memory: raise it, or set "
                    "TIDELOCK_MEMORY or TIDELOCK_SPACE lower"},
    {TL_ELSEWHERE, "is in use by programs of another PID namespace (another "
                   "container), where process numbers mean other processes"},
    {TL_CHECKED, "is being checked by a program that is stopped"},
    {TL_OTHER_VERSION, "was made by another version of tidelock"},
    {TL_TOO_MANY_SPACES, "a program can have 15 spaces open"},
    {TL_BAD_SIZE, "TIDELOCK_SPACE must be a size from 8M to 64G, such as 512M"},
    {TL_BAD_ADDRESS, "this is no address"},
    {TL_LONG_ADDRESS, "the address is too long"},
    {TL_NO_HOST, "there is no host of that name"},
    {TL_IN_USE, "the address is in use"},
    {TL_NO_MEMORY, "shared memory is full (TIDELOCK_MEMORY sets its size)"},
    {TL_NO_TASKS, "the task table is full (TIDELOCK_TASKS sets its size)"},
    {TL_TOO_LARGE, "larger than the shared memory (TIDELOCK_MEMORY)"},
    {TL_SYSTEM, "a system call failed"},
};

const char *tl_status_text(int status)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "unknown status";
}
