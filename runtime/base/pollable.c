#include "base/pollable.h"

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/standard.h"
#include "public/status.h"

bool tl_pollable_is_open(const struct tl_pollable *pollable)
{
    return pollable->process == getpid();
}

void tl_pollable_close(struct tl_pollable *pollable)
{
    if (pollable->process) {
        close(pollable->set);
        close(pollable->flag);
    }
    *pollable = (struct tl_pollable){0};
}

int tl_pollable_open(struct tl_pollable *pollable)
{
    if (tl_pollable_is_open(pollable))
        return pollable->set;
    tl_pollable_close(pollable);
    int set = tl_standard_avoid(epoll_create1(EPOLL_CLOEXEC));
    if (set < 0)
        return TL_SYSTEM;
    int flag = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (flag < 0) {
        close(set);
        return TL_SYSTEM;
    }
    *pollable =
        (struct tl_pollable){.process = getpid(), .set = set, .flag = flag};
    tl_pollable_add(pollable, flag);
    return set;
}

void tl_pollable_add(const struct tl_pollable *pollable, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    if (tl_pollable_is_open(pollable) && fd >= 0)
        epoll_ctl(pollable->set, EPOLL_CTL_ADD, fd, &event);
}

void tl_pollable_say(struct tl_pollable *pollable, bool ready)
{
    uint64_t count = 1;
    if (!tl_pollable_is_open(pollable) || pollable->raised == ready)
        return;
    /* neither can fail: the count is 0 or 1 */
    ssize_t moved = ready ? write(pollable->flag, &count, sizeof count)
                          : read(pollable->flag, &count, sizeof count);
    if (moved == sizeof count)
        pollable->raised = ready;
}
