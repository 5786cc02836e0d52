/*
 * Task list: what each task does, for people.
 *
 * The tasks go on meanwhile.  So this one reads an object only while it has a
 * reference to it; and it looks for the object that a task waits for among
 * those that the task has a handle to.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "base/world.h"
#include "memory/arena.h"
#include "observe/words.h"
#include "park/wait_queue.h"
#include "store/cell.h"
#include "store/handle.h"
#include "tasks/life.h"

struct look {
    struct tl_task *task;
    uint32_t id;
    uint64_t condition; /* the wait queue at which it waits, or 0 */
    uint64_t found;     /* the offset of the queue's object, or 0 */
    struct tl_task_info *info;
};

static void note_hold(struct look *look, const struct tl_handle *handle)
{
    struct tl_task_info *info = look->info;
    if (info->hold_count < TL_HOLDS_MOST)
        tl_title(handle, info->holds[info->hold_count++],
                 sizeof info->holds[0]);
}

static void note_wait(struct look *look, const struct tl_handle *handle)
{
    const struct tl_wait_queue *condition = tl_at(look->condition);
    struct tl_task_info *info = look->info;
    char text[TL_TEXT_SIZE];
    tl_describe(handle, text, sizeof text);
    uint32_t operation = atomic_load(&look->task->intent.operation);
    snprintf(info->waits, sizeof info->waits, "%s %s",
             tl_words_verb(operation, handle->kind, condition->verb), text);
    look->found = look->condition;
}

/* Looks at the object of one of the task's cells. */
static void look_at_cell(struct look *look, struct tl_cell *cell)
{
    struct tl_handle handle;
    if (tl_handle_borrow(&handle, &cell->ref) != TL_OK)
        return;
    const struct tl_object *object = handle.object;
    const struct tl_kind *kind = tl_object_kind(object);
    uint64_t begin = tl_offset(object);
    if (kind->in_use && kind->in_use(object, look->task, cell))
        note_hold(look, &handle);
    if (!look->found && look->condition > begin &&
        look->condition < begin + kind->size)
        note_wait(look, &handle);
    tl_handle_return(&handle);
}

static void look_at_cells(struct look *look)
{
    uint32_t count = atomic_load(&look->task->cells);
    for (uint32_t i = 0; i < count; i++)
        if (tl_task_id(look->task) == look->id)
            look_at_cell(look, tl_cell_at(look->task, i));
}

static const char *state_of(struct tl_task *task, const struct look *look)
{
    struct tl_procfs stat;
    if (tl_task_state(task) == TL_TASK_STARTING)
        return "starting";
    pid_t tid = atomic_load(&task->tid); /* 0: it is about to enter */
    bool known = tl_procfs_read(tid ? tid : tl_task_pid(task), &stat);
    if (known && (stat.state == 'T' || stat.state == 't'))
        return "stopped";
    uint32_t waiting = atomic_load(&task->waiting);
    if (waiting == TL_WAITING_NOT)
        return known && (stat.state == 'S' || stat.state == 'D') ? "blocked"
                                                                 : "running";
    if (waiting == TL_WAITING_SLEEPS && look->condition == 0)
        return "blocked"; /* for descriptors alone */
    return look->found ? "waiting" : "sleeping";
}

/* Whether the tasks here are those of another program, which is simulated: when
 * they began to wait is told by its clock. */
static bool is_of_another_time(void)
{
    return tl_arena != TL_HOME && tl_root()->regions[TL_REGION_PLAYERS];
}

static void fill(struct tl_task *task, struct tl_task_info *info)
{
    struct look look = {.task = task,
                        .id = tl_task_id(task),
                        .condition = tl_wait_queue_of(task),
                        .info = info};
    memset(info, 0, sizeof *info);
    snprintf(info->name, sizeof info->name, "%s", task->name);
    info->pid = tl_world_pid(tl_task_pid(task));
    look_at_cells(&look);
    info->state = state_of(task, &look);
    bool far = task->far[0] != '\0' && !look.found;
    if (far) {
        info->state =
            strcmp(info->state, "stopped") == 0 ? "stopped" : "waiting";
        snprintf(info->waits, sizeof info->waits, "%s", task->far);
    }
    if (!far && atomic_load(&task->waiting) == TL_WAITING_NOT)
        return;
    snprintf(info->where, sizeof info->where, "%s", task->where);
    if (!is_of_another_time())
        info->since =
            (double)(tl_clock_now() - atomic_load(&task->since)) / 1e9;
}

int tl_task_look(unsigned arena, uint32_t *number, struct tl_task_info *info)
{
    int status = tl_enter_arena(arena, TL_OP_NONE);
    if (status < 0)
        return status;
    uint32_t highest = tl_task_highest();
    for (uint32_t n = *number; n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        /* a task without a name has only come to look, as this one */
        if (!tl_task_taken(task) || tl_life_has_ended(task) ||
            !tl_task_is_named(task))
            continue;
        fill(task, info);
        *number = n + 1;
        return TL_OK;
    }
    return TL_EMPTY;
}
