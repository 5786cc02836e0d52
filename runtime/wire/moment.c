#include "wire/moment.h"

#include <time.h>

int64_t tl_moment_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * TL_MOMENT_SECOND + now.tv_nsec;
}
