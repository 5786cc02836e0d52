/*
 * Program: the start of the program as a whole: its arena, and its main task.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/size.h"
#include "memory/arena.h"
#include "process/process.h"
#include "program/kinds.h"
#include "simulate/simulate.h"
#include "space/layout.h"
#include "space/space.h"
#include "store/handle.h"
#include "sync/condition.h"
#include "tasks/process_lock.h"
#include "tasks/seed.h"
#include "tasks/task.h"
#include "tasks/tenancy.h"
#include "tidelock.h"
#include "trace/recording.h"
#include "wait/checkpoint.h"
#include "wait/far_operation.h"
#include "wait/sleep.h"

#define TASKS_DEFAULT 1024
#define SPARE 1 /* slots for those who look in */
#define MEMORY_LEAST (UINT64_C(4) << 20)
#define MEMORY_MOST (UINT64_C(64) << 30) /* positions of a stream: 128 GiB */

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
    if (tl_simulate_make() < 0 || tl_seed_make() < 0 || tl_sleep_make() < 0 ||
        tl_layout_make(tasks, SPARE) < 0)
        return fail(TL_NO_MEMORY, "TIDELOCK_MEMORY is too small for a table "
                                  "of TIDELOCK_TASKS tasks");
    tl_layout_sign(TL_PROGRAM_MAGIC);
    return TL_OK;
}

static const char *word_of(uint32_t operation)
{
    return tl_operation_row(operation)->word;
}

void tl_init_kinds(void)
{
    /* again, by each thread of ours, while others use what is set */
    if (tl_upcalls)
        return;
    tl_kinds_install();
    tl_recording_words =
        (struct tl_recording_words){.operation = word_of,
                                    .space = tl_space_name,
                                    .part = tl_condition_given_lock,
                                    .far = tl_far_operation_space};
}

int tl_init(void)
{
    uint64_t memory;
    uint32_t tasks;
    if (tl_arena_bases[TL_HOME])
        return TL_OK;
    tl_init_kinds();
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
    struct tl_task *first = tl_tenancy_claim();
    tl_tenancy_enter(first, tl_task_id(first));
    tl_process_lock_make();
    tl_checkpoint_watch_forks();
    tl_checkpoint_adopt();
    status = tl_process_make_main();
    tl_simulate_enter();
    tl_checkpoint_record(false);
    return status;
}
