#include "process/output.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include "park/poll.h"
#include "store/handle.h"
#include "sync/owner.h"

int tl_output_make(void)
{
    struct tl_owner *turn = tl_arena_carve(TL_REGION_TURN, sizeof *turn);
    if (!turn)
        return TL_NO_MEMORY;
    tl_owner_init(turn, NULL);
    return TL_OK;
}

void tl_output_task_died(struct tl_task *dead)
{
    tl_owner_task_died(tl_region(TL_REGION_TURN), dead);
}

static bool is_full(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

/* Waits for room in a descriptor that does not block.  That flag is shared by
 * all who have the open file, so it stays as it is. */
static bool await_room(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    return tl_poll_sleep(&polled, 1, TL_FOREVER, NULL) >= 0 || errno == EINTR;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(fd, data, size);
        if (wrote < 0 && (errno == EINTR || (is_full() && await_room(fd))))
            continue;
        if (wrote < 0)
            return TL_SYSTEM;
        data += wrote;
        size -= (size_t)wrote;
    }
    return TL_OK;
}

int tl_output(int fd, const void *data, size_t size)
{
    if (tl_enter_home(TL_OP_NONE) < 0)
        return write_all(fd, data, size);
    /* stdio calls this from anywhere: what the hooks look at may be gone, and
     * a callback that ran here would print into the buffer being written */
    void (*where_hook)(char *, size_t) = tl_where_hook;
    bool (*signal_hook)(void) = tl_signal_hook;
    bool (*idle_due)(void) = tl_idle_due;
    tl_where_hook = NULL;
    tl_signal_hook = NULL;
    tl_idle_due = NULL;
    /* a stopped task must not silence all others: after a second the line is
     * written without the turn */
    struct tl_owner *turn = tl_region(TL_REGION_TURN);
    int status = tl_owner_acquire(turn, tl_deadline_in(1));
    tl_where_hook = where_hook;
    tl_signal_hook = signal_hook;
    tl_idle_due = idle_due;
    int result = write_all(fd, data, size);
    if (status >= 0)
        tl_owner_release(turn);
    return result;
}
