#include "observe/view.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "observe/words.h"
#include "park/wait_queue.h"
#include "store/cell.h"
#include "tasks/life.h"
#include "wait/operation.h"

/* A queue names what it belongs to, wherever the task is listed. */
static const struct tl_object *object_of(uint64_t condition,
                                         const struct tl_kind **kind)
{
    return condition ? tl_wait_queue_object(tl_at(condition), kind) : NULL;
}

/* ---- a slot that stands still while it is read ---- */

struct version {
    uint64_t state, condition;
    int64_t since;
    uint32_t id, sleeps, waiting, operation;
};

static void read_version(struct tl_task *task, struct version *version)
{
    memset(version, 0, sizeof *version); /* they are compared by bytes */
    version->state = atomic_load(&task->state);
    version->id = tl_task_id(task);
    version->sleeps = atomic_load(&task->sleeps);
    version->waiting = atomic_load(&task->waiting);
    version->condition = tl_wait_queue_of(task);
    version->since = atomic_load(&task->since);
    version->operation = atomic_load(&task->intent.operation);
}

/* ---- what it does ---- */

static const char *state_of(struct tl_task *task, const struct version *version)
{
    struct tl_procfs stat;
    enum tl_task_state state = (enum tl_task_state)(version->state & 0xff);
    if (state == TL_TASK_STARTING)
        return "starting";
    if (state == TL_TASK_ABORTED || tl_life_has_ended(task))
        return "ended";
    pid_t tid = atomic_load(&task->tid);
    bool known = !tl_view_is_elsewhere((int)tl_arena) &&
                 tl_procfs_read(tid ? tid : tl_task_pid(task), &stat);
    if (known && (stat.state == 'T' || stat.state == 't'))
        return "stopped";
    if (version->waiting == TL_WAITING_NOT)
        return known && (stat.state == 'S' || stat.state == 'D') ? "blocked"
                                                                 : "running";
    if (version->waiting == TL_WAITING_SLEEPS && version->condition == 0)
        return "blocked"; /* for descriptors alone */
    const struct tl_kind *kind;
    return object_of(version->condition, &kind) ? "waiting" : "sleeping";
}

/* Whether the system says that the thread waits for a descriptor; true where it
 * does not tell. */
static bool polls(pid_t tid)
{
    char path[64], text[64];
    snprintf(path, sizeof path, "/proc/%d/wchan", (int)tid);
    return !tl_procfs_text(path, text, sizeof text) || text[0] == '0' ||
           strstr(text, "poll") || strstr(text, "nanosleep");
}

/* Of a task that the system lets wait: the call that it is in, where that is
 * one on a descriptor. */
static void tell_descriptor(const struct version *version, pid_t tid,
                            struct tl_view_task *task)
{
    static const struct {
        enum tl_operation operation;
        const char *text;
    } rows[] = {{TL_OP_COMMAND_READ, "read from a command"},
                {TL_OP_COMMAND_WRITE, "write to a command"},
                {TL_OP_COMMAND_COMMUNICATE, "communicate with a command"},
                {TL_OP_COMMAND_JOIN, "join a command"},
                {TL_OP_COMMAND_RESULT, "result of a command"},
                {TL_OP_COMMAND_SUSPEND, "suspend a command"},
                {TL_OP_LISTENER_ACCEPT, "accept from a listener"},
                {TL_OP_CONNECTION_OPEN, "connect to a listener"},
                {TL_OP_CONNECTION_SEND, "send to a connection"},
                {TL_OP_CONNECTION_RECV, "recv from a connection"},
                {TL_OP_CONNECTION_POLL, "poll a connection"},
                {TL_OP_WAIT, "wait for the first of several"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].operation == version->operation && polls(tid))
            snprintf(task->waits, sizeof task->waits, "%s", rows[i].text);
}

static void tell_wait(const struct version *version, struct tl_view_task *task)
{
    const struct tl_wait_queue *condition = tl_at(version->condition);
    const struct tl_kind *kind;
    const struct tl_object *object = object_of(version->condition, &kind);
    struct tl_view_object seen;
    if (!object)
        return;
    task->object = tl_offset(object);
    uint32_t verb = condition->verb, id = 0;
    task->any_ends = kind->one_is_enough;
    while (kind->holder && task->ender_count < TL_VIEW_HOLDS &&
           (id = kind->holder(object, verb, id & TL_NUMBER_MASK)))
        task->enders[task->ender_count++] = id & TL_NUMBER_MASK;
    if (!tl_view_object((int)tl_arena, task->object, &seen))
        return;
    snprintf(task->waits, sizeof task->waits, "%s %s: %s",
             tl_words_verb(version->operation, seen.kind, verb), seen.title,
             seen.state);
}

static void tell_holds(struct tl_task *slot, struct tl_view_task *task)
{
    uint32_t count = atomic_load(&slot->cells);
    for (uint32_t i = 0; i < count && task->hold_count < TL_VIEW_HOLDS; i++) {
        struct tl_cell *cell = tl_cell_at(slot, i);
        tl_ref ref = *(volatile tl_ref *)&cell->ref;
        uint64_t offset = ref & ~TL_REF_BITS;
        if (!tl_is_within(offset, sizeof(struct tl_object)))
            continue;
        const struct tl_object *object = tl_at(offset);
        uint64_t kind = *(const volatile uint64_t *)&object->kind;
        if (kind != TL_KIND_NONE && kind < TL_KINDS &&
            tl_upcalls->kinds[kind].in_use &&
            tl_upcalls->kinds[kind].in_use(object, slot, cell))
            task->holds[task->hold_count++] = offset;
    }
}

/* ---- all of it ---- */

struct look {
    uint32_t number;
    struct tl_view_task *task;
    bool taken;
};

/* Of a simulated program: when a task began to wait is told by its clock. */
static bool is_of_another_time(void)
{
    return tl_root()->regions[TL_REGION_PLAYERS] != 0;
}

static void fill(struct tl_task *slot, const struct version *version,
                 struct tl_view_task *task)
{
    task->parent = slot->parent & TL_NUMBER_MASK;
    task->daemon = slot->daemon;
    task->sleeps = version->sleeps;
    task->state = state_of(slot, version);
    tell_holds(slot, task);
    bool far = slot->far[0] != '\0' && !version->condition;
    if (far) {
        if (strcmp(task->state, "stopped") != 0)
            task->state = "waiting";
        memcpy(task->waits, slot->far, sizeof slot->far - 1);
    } else if (strcmp(task->state, "blocked") == 0) {
        tell_descriptor(version, task->tid, task);
    } else if (version->waiting != TL_WAITING_NOT) {
        tell_wait(version, task);
    }
    if (!far && version->waiting == TL_WAITING_NOT)
        return;
    memcpy(task->where, slot->where, sizeof task->where - 1);
    if (!is_of_another_time())
        task->since = (double)(tl_clock_now() - version->since) / 1e9;
}

static void look_once(void *context)
{
    struct look *look = context;
    struct tl_task *slot = tl_task_at(look->number);
    struct version before, after;
    memset(look->task, 0, sizeof *look->task);
    look->task->number = look->number;
    look->task->state = "?";
    look->taken = tl_task_taken(slot) && tl_task_is_named(slot);
    if (!look->taken)
        return;
    memcpy(look->task->name, slot->name, TL_NAME_SIZE - 1);
    look->task->pid = tl_task_pid(slot);
    look->task->tid = atomic_load(&slot->tid);
    read_version(slot, &before);
    fill(slot, &before, look->task);
    read_version(slot, &after);
    look->task->known = memcmp(&before, &after, sizeof before) == 0;
}

bool tl_view_task(int view, uint32_t number, struct tl_view_task *task)
{
    struct look look = {.number = number, .task = task};
    for (int i = 0; i < TL_VIEW_TRIES; i++) {
        bool well = tl_view_try(view, look_once, &look);
        if (well && !look.taken)
            return false;
        if (well && task->known)
            return true;
    }
    task->known = false;
    task->state = "?";
    task->waits[0] = task->where[0] = '\0';
    task->since = 0;
    task->object = 0;
    task->hold_count = task->ender_count = 0;
    return true;
}

static void read_highest(void *context)
{
    uint32_t highest = tl_task_highest(), limit = tl_task_limit();
    *(uint32_t *)context = highest < limit ? highest : limit;
}

uint32_t tl_view_task_highest(int view)
{
    uint32_t highest = 0;
    return tl_view_try(view, read_highest, &highest) ? highest : 0;
}
