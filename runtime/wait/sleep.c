#include "wait/sleep.h"

#include <sched.h>

#include "base/clock.h"
#include "memory/arena.h"
#include "wait/checkpoint.h"
#include "wait/wait.h"

struct sleepers {
    _Atomic uint64_t never; /* a watch word that does not move */
    struct tl_wait_queue condition;
};

static struct sleepers *sleepers(void)
{
    return tl_region(TL_REGION_SLEEPERS);
}

int tl_sleep_make(void)
{
    struct sleepers *all = tl_arena_carve(TL_REGION_SLEEPERS, sizeof *all);
    if (!all)
        return TL_NO_MEMORY;
    tl_wait_queue_init(&all->condition, NULL, TL_VERB_WAIT);
    return TL_OK;
}

int tl_sleep(tl_deadline deadline)
{
    int status = tl_enter_home(TL_OP_SLEEP);
    int64_t began = tl_clock_now(); /* who dies meanwhile wakes it */
    while (status == TL_OK && !tl_clock_passed(deadline))
        status = tl_wait_since(&sleepers()->condition, &sleepers()->never, 0,
                               began, deadline);
    return status == TL_TIMEOUT ? TL_OK : status;
}

void tl_yield(void)
{
    if (tl_enter_home(TL_OP_YIELD) == TL_OK)
        sched_yield();
}

void tl_sleep_pause(void)
{
    tl_checkpoint();
    sched_yield();
}
