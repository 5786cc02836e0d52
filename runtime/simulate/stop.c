#include "simulate/stop.h"

#include <errno.h>

#include "simulate/players.h"
#include "wait/checkpoint.h"

uint32_t tl_explore_ready(void)
{
    return tl_players ? tl_players->ready : 0;
}

uint64_t tl_explore_self(void)
{
    return tl_players ? tl_players_at(tl_players_me)->key : TL_EXPLORE_MAIN;
}

/* What the task has said that it is about to do stays, as does what is due in
 * it. */
static void look_around(uint64_t step, const struct tl_world *looking)
{
    const struct tl_world *world = tl_world;
    unsigned here = tl_arena;
    int error = errno;
    tl_world = looking;
    tl_checkpoint_stopped = true;
    atomic_store(&tl_players->told_still, true); /* it may take its time */
    tl_stop_hook(step);
    tl_checkpoint_stopped = false;
    tl_world = world;
    tl_task_visit(here);
    errno = error;
}

void tl_stop_before_step(const struct tl_world *looking)
{
    const struct tl_exploration *exploration = tl_explored();
    uint64_t step = atomic_load(&tl_players->step) + 1;
    if (exploration && tl_stop_hook && exploration->plan.stop &&
        step >= exploration->plan.stop)
        look_around(step, looking);
}
