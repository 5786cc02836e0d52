#include "tasks/seed.h"

#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/world.h"
#include "memory/arena.h"
#include "tasks/task.h"
#include "tidelock.h"

static uint64_t *of_program(void)
{
    return tl_region(TL_REGION_SEED);
}

int tl_seed_make(void)
{
    uint64_t *seed = tl_arena_carve(TL_REGION_SEED, sizeof *seed);
    if (!seed)
        return TL_NO_MEMORY;
    if (!tl_world_seed(seed) &&
        getrandom(seed, sizeof *seed, GRND_NONBLOCK) < 0)
        *seed = (uint64_t)tl_clock_now() ^ (uint64_t)getpid() << 32;
    return TL_OK;
}

uint64_t tl_task_seed(void)
{
    tl_task_visit(TL_HOME);
    uint64_t id = tl_self ? tl_task_id(tl_self) : (uint64_t)getpid();
    /* splitmix64 (Steele, Lea, Flood 2014) of the program's seed and the id */
    uint64_t z = *of_program() + id * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
