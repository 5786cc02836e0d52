/*
 * The program as a whole: its start, and who merely sleeps.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "memory/arena.h"
#include "memory/size.h"
#include "objects/handle.h"
#include "objects/kinds.h"
#include "objects/layers.h"
#include "objects/process.h"
#include "objects/space.h"
#include "tasks/private.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/checkpoint.h"
#include "wait/clock.h"
#include "wait/wait.h"

#define TASKS_DEFAULT 1024
#define SPARE 1 /* slots for those who look in */
#define MEMORY_LEAST (UINT64_C(4) << 20)
#define MEMORY_MOST (UINT64_C(64) << 30) /* positions of a stream: 128 GiB */

struct shared {
    uint64_t seed;
    _Atomic uint64_t never; /* a watch word that does not move */
    struct tl_condition sleepers;
};

static struct shared *shared(void)
{
    return tl_region(TL_REGION_PROGRAM);
}

static char init_error[160];

const char *tl_init_error(void)
{
    return init_error;
}

static int fail(int status, const char *what)
{
    snprintf(init_error, sizeof init_error, "%s", what);
    return status;
}

static uint64_t half_of_memory(void)
{
    struct sysinfo info;
    if (sysinfo(&info) != 0)
        return MEMORY_LEAST;
    return (uint64_t)info.totalram * info.mem_unit / 2;
}

static int read_limits(uint64_t *memory, uint32_t *tasks)
{
    const char *text = getenv("TIDELOCK_MEMORY");
    *memory = text ? tl_size_parse(text, MEMORY_MOST) : half_of_memory();
    if (!text && *memory > MEMORY_MOST)
        *memory = MEMORY_MOST;
    if (*memory < MEMORY_LEAST)
        return fail(TL_NO_MEMORY, "TIDELOCK_MEMORY must be a size from 4M to "
                                  "64G, such as 512M");
    text = getenv("TIDELOCK_TASKS");
    uint64_t count = text ? tl_size_parse(text, MEMORY_MOST) : TASKS_DEFAULT;
    if (count < 1 || count > TL_TASKS_MOST)
        return fail(TL_NO_TASKS, "TIDELOCK_TASKS must be a number from 1 to "
                                 "4094");
    *tasks = (uint32_t)count;
    return TL_OK;
}

static int carve(uint32_t tasks)
{
    struct shared *shared = tl_arena_carve(TL_REGION_PROGRAM, sizeof *shared);
    if (!shared || tl_layers_make(tasks, SPARE) < 0)
        return fail(TL_NO_MEMORY, "TIDELOCK_MEMORY is too small for a table "
                                  "of TIDELOCK_TASKS tasks");
    tl_layers_sign(TL_PROGRAM_MAGIC);
    tl_condition_init(&shared->sleepers, NULL, TL_VERB_WAIT);
    if (getrandom(&shared->seed, sizeof shared->seed, GRND_NONBLOCK) < 0)
        shared->seed = (uint64_t)tl_clock_now() ^ (uint64_t)getpid() << 32;
    return TL_OK;
}

int tl_init(void)
{
    uint64_t memory;
    uint32_t tasks;
    if (tl_arena_bases[TL_HOME])
        return TL_OK;
    tl_kinds_install();
    int status = read_limits(&memory, &tasks);
    if (status < 0)
        return status;
    status = tl_arena_make(memory);
    if (status == TL_FILE_LIMIT)
        return fail(status, "the limit of the size of files (ulimit -f) is "
                            "below TIDELOCK_MEMORY: raise the one, or set the "
                            "other lower");
    if (status < 0)
        return fail(TL_SYSTEM, "no shared memory can be had (memfd, mmap); a "
                               "smaller TIDELOCK_MEMORY may help");
    status = carve(tasks);
    if (status < 0)
        return status;
    struct tl_task *first = tl_task_claim();
    tl_task_enter(first, tl_task_id(first));
    tl_private_make();
    tl_checkpoint_watch_forks();
    tl_checkpoint_adopt();
    return tl_process_make_main();
}

uint64_t tl_task_seed(void)
{
    tl_task_visit(TL_HOME);
    uint64_t id = tl_self ? tl_task_id(tl_self) : (uint64_t)getpid();
    /* splitmix64 (Steele, Lea, Flood 2014) of the program's seed and the id */
    uint64_t z = shared()->seed + id * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int tl_sleep(tl_deadline deadline)
{
    int status = tl_enter_home();
    while (status == TL_OK && !tl_clock_passed(deadline))
        status =
            tl_wait_asleep(&shared()->sleepers, &shared()->never, 0, deadline);
    return status == TL_TIMEOUT ? TL_OK : status;
}

void tl_yield(void)
{
    tl_checkpoint();
    sched_yield();
}
