#include "trace/ticks.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/standard.h"

#define SOURCE                                                                 \
    "/sys/devices/system/clocksource/clocksource0/current_clocksource"

bool tl_ticks_has_counter(void)
{
#ifdef __x86_64__
    char name[16] = "";
    int fd = tl_standard_avoid(open(SOURCE, O_RDONLY | O_CLOEXEC));
    if (fd < 0)
        return false;
    ssize_t size = read(fd, name, sizeof name - 1);
    close(fd);
    return size > 0 && strcmp(name, "tsc\n") == 0;
#else
    return false;
#endif
}

void tl_ticks_begin(struct tl_ticks *measure, bool counter)
{
    *measure = (struct tl_ticks){.counter = counter, .worth = !counter};
    if (!counter)
        return;
    measure->time = tl_clock_real();
    measure->ticks = tl_ticks_counter();
}

/* Once, so that all times of a trace go by the same: what it lacks to the true
 * worth, 1/100,000 after a few milliseconds, is the same for all. */
void tl_ticks_learn(struct tl_ticks *measure)
{
    int64_t time = tl_clock_real() - measure->time;
    int64_t ticks = tl_ticks_counter() - measure->ticks;
    measure->worth = ticks > 0 && time > 0 ? (double)time / (double)ticks : 1;
}
