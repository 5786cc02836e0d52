#include "wire/pause.h"

#include <errno.h>
#include <time.h>

#include "wire/moment.h"

#define LEAST (50 * TL_MOMENT_MILLISECOND)
#define MOST (2 * TL_MOMENT_SECOND)

int tl_pause_wait(struct pollfd *polled, size_t count, int64_t deadline)
{
    int64_t left = deadline - tl_moment_now();
    struct timespec time = {left / TL_MOMENT_SECOND, left % TL_MOMENT_SECOND};
    if (left <= 0)
        time = (struct timespec){0};
    int ready = ppoll(polled, count,
                      deadline == TL_MOMENT_FOREVER ? NULL : &time, NULL);
    if (ready > 0 || (ready < 0 && errno == EINTR))
        return TL_OK;
    return ready == 0 ? TL_TIMEOUT : TL_SYSTEM;
}

int tl_pause(struct tl_pause *pause, tl_wire_wait *wait, int64_t deadline)
{
    struct pollfd none = {.fd = -1};
    int status = TL_OK;
    int64_t twice = pause->time ? 2 * pause->time : LEAST;
    pause->time = tl_moment_earlier(twice, MOST);
    int64_t until = tl_moment_now() + pause->time;
    if (until > deadline)
        return TL_TIMEOUT;
    while (status == TL_OK && tl_moment_now() < until)
        status = wait(&none, 1, until);
    return status == TL_TIMEOUT ? TL_OK : status;
}
