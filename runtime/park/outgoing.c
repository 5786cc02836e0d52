#include "park/outgoing.h"

#include <poll.h>
#include <unistd.h>

_Thread_local struct tl_outgoing *tl_outgoings;
static _Thread_local bool finished;

void tl_outgoing_add(struct tl_outgoing *outgoing, int fd, short events)
{
    outgoing->fd = fd;
    outgoing->events = events;
    if (outgoing->listed)
        return;
    outgoing->listed = true;
    outgoing->process = getpid();
    outgoing->next = tl_outgoings;
    tl_outgoings = outgoing;
}

void tl_outgoing_remove(struct tl_outgoing *outgoing)
{
    if (!outgoing->listed)
        return;
    struct tl_outgoing **at = &tl_outgoings;
    while (*at && *at != outgoing)
        at = &(*at)->next;
    if (*at)
        *at = outgoing->next;
    outgoing->listed = false;
}

static void forget_inherited(void)
{
    struct tl_outgoing **at = &tl_outgoings;
    pid_t self = getpid();
    while (*at) {
        struct tl_outgoing *outgoing = *at;
        if (outgoing->process == self) {
            at = &outgoing->next;
            continue;
        }
        *at = outgoing->next;
        outgoing->listed = false;
    }
}

size_t tl_outgoing_watch(struct pollfd *polled, size_t most)
{
    size_t count = 0;
    forget_inherited();
    for (struct tl_outgoing *at = tl_outgoings; at; at = at->next, count++)
        if (count < most)
            polled[count] = (struct pollfd){.fd = at->fd, .events = at->events};
    return count;
}

bool tl_outgoing_push(const struct pollfd *polled, size_t count)
{
    bool ready = false;
    for (size_t i = 0; i < count; i++)
        ready = ready || polled[i].revents;
    struct tl_outgoing *next;
    for (struct tl_outgoing *at = tl_outgoings; ready && at; at = next) {
        next = at->next;
        /* removed first, since `push` may free it */
        tl_outgoing_remove(at);
        short events = at->push(at);
        if (events)
            tl_outgoing_add(at, at->fd, events);
    }
    return ready;
}

void tl_outgoing_end(void)
{
    finished = true;
}

bool tl_outgoing_possible(void)
{
    return !finished;
}
