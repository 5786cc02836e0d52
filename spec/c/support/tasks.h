/*
 * Tasks of a test: processes of the runtime that run a C function.
 */
#ifndef TASKS_H
#define TASKS_H

#include <sys/types.h>
#include <unistd.h>

#include "process/process.h"
#include "tasks/task.h"
#include "tidelock.h"

static inline struct tl_handle start(void (*body)(void))
{
    struct tl_handle process = {0};
    tl_process_new(&process, NULL, false);
    if (tl_process_start(&process, NULL, 0) == 0) {
        body();
        tl_process_finish(0);
        _exit(0);
    }
    return process;
}

static inline pid_t pid_of(const struct tl_handle *process)
{
    return ((struct tl_process *)process->object)->pid;
}

static inline struct tl_task *task_of(const struct tl_handle *process)
{
    return tl_task_of(((struct tl_process *)process->object)->task);
}

#endif
