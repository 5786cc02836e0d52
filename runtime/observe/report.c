/*
 * Report: which task waits for which, as text, a line a task; for the task that
 * is told that none can go on.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/world.h"
#include "observe/words.h"
#include "tasks/life.h"
#include "tidelock.h"
#include "wait/wait.h"

/* Of an object of this kind, or one that was: nothing in it is trusted. */
static void title_of(const struct tl_object *object, const struct tl_kind *kind,
                     char *text, size_t size)
{
    const char *quote = object->name[0] ? "\"" : "";
    snprintf(text, size, "%s#%d%s%s%.*s%s", kind->name, (int)object->number,
             quote[0] ? " " : "", quote, TL_NAME_SIZE - 1, object->name, quote);
    tl_printable_make(text);
}

static void describe_object(const struct tl_object *object,
                            const struct tl_kind *kind, int side, char *text,
                            size_t size)
{
    title_of(object, kind, text, size);
    size_t used = strlen(text);
    if (!kind->describe || used + 3 >= size)
        return;
    memcpy(text + used, ": ", 3);
    kind->describe(object, side, text + used + 2, size - used - 2);
}

static const struct tl_kind *kind_of(const struct tl_handle *handle)
{
    return tl_object_kind(handle->object);
}

/* For calls that also work, as far as they can, where this thread is no task
 * any more. */
static bool enter(const struct tl_handle *handle)
{
    if (!handle->object)
        return false;
    tl_task_visit(handle->arena);
    return tl_self != NULL;
}

uint64_t tl_handle_name(const struct tl_handle *handle, char name[TL_NAME_SIZE])
{
    const struct tl_object *object = handle->object;
    snprintf(name, TL_NAME_SIZE, "%s", object ? object->name : "");
    return object ? object->number : 0;
}

void tl_title(const struct tl_handle *handle, char *text, size_t size)
{
    if (enter(handle))
        title_of(handle->object, kind_of(handle), text, size);
    else
        snprintf(text, size, "%s", tl_kind_name(handle->kind));
}

void tl_describe(const struct tl_handle *handle, char *text, size_t size)
{
    if (!enter(handle)) {
        snprintf(text, size, "%s: closed", tl_kind_name(handle->kind));
        return;
    }
    /* so that the dead hold nothing, and wait nowhere */
    tl_life_sweep();
    describe_object(handle->object, kind_of(handle), handle->side, text, size);
}

__attribute__((format(printf, 3, 4))) static void
append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

/* The object may be no more, where the task goes on meanwhile. */
static void tell_condition(const struct tl_wait_queue *condition,
                           uint32_t operation, bool many, char *text,
                           size_t size)
{
    char what[TL_TEXT_SIZE], words[64];
    const struct tl_kind *kind;
    const struct tl_object *object = tl_wait_queue_object(condition, &kind);
    if (!object) {
        append(text, size, "for what is no more");
        return;
    }
    describe_object(object, kind, 0, what, sizeof what);
    tl_words_wait(operation, (uint64_t)(kind - tl_upcalls->kinds),
                  condition->verb, words, sizeof words);
    append(text, size, "%s%s", many ? "" : words, what);
}

static void tell_conditions(const struct tl_wait_queue *const *conditions,
                            unsigned n, uint32_t operation, char *text,
                            size_t size)
{
    if (n == 0 || conditions[0]->guard.object == 0) {
        append(text, size, " sleeps");
        return;
    }
    append(text, size, n > 1 ? " waits for the first of: " : " waits ");
    for (unsigned i = 0; i < n; i++) {
        append(text, size, "%s", i ? "; " : "");
        tell_condition(conditions[i], operation, n > 1, text, size);
    }
}

/* The queues at which the task is listed. */
static unsigned conditions_of(struct tl_task *task,
                              const struct tl_wait_queue **conditions)
{
    uint32_t count = atomic_load(&task->waiters);
    unsigned n = 0;
    for (uint32_t i = 0; (i == 0 || i < count) && n < TL_STUCK_MOST; i++) {
        uint64_t offset = atomic_load(&tl_wait_queue_node(task, i)->condition);
        if (offset)
            conditions[n++] = tl_at(offset);
    }
    return n;
}

/* The queues at which this task waited when it got TL_STUCK. */
static unsigned own_conditions(const struct tl_wait_queue **conditions)
{
    unsigned n = 0;
    while (n < TL_STUCK_MOST && (conditions[n] = tl_wait_stuck_in(n)))
        n++;
    return n;
}

/* Counts this task again where it waited, as when all of them slept. */
static void count_in(const struct tl_wait_queue *const *conditions, unsigned n,
                     uint32_t count)
{
    for (unsigned i = 0; i < n; i++)
        atomic_fetch_add(&((struct tl_wait_queue *)conditions[i])->n, count);
}

/* eater-1 (pid 4711) waits to get from queue#3 "orders": empty; for 0.4 s, at
 * kitchen.lua:12 */
static void report_task(struct tl_task *task, char *text, size_t size)
{
    const struct tl_wait_queue *conditions[TL_STUCK_MOST];
    unsigned n = task == tl_self ? own_conditions(conditions)
                                 : conditions_of(task, conditions);
    uint32_t operation = task == tl_self ? tl_wait_stuck_operation()
                                         : atomic_load(&task->intent.operation);
    snprintf(text, size, "%s (pid %d)", task->name,
             (int)tl_world_pid(task->pid));
    if (n == 0 && !atomic_load(&task->waiting)) {
        append(text, size, " runs");
        return;
    }
    tell_conditions(conditions, n, operation, text, size);
    append(text, size, "; for %.1f s",
           (double)(tl_clock_now() - atomic_load(&task->since)) / 1e9);
    if (task->where[0])
        append(text, size, ", at %s", task->where);
}

/* One for all threads of the process: whoever asks is about to end it, and a
 * module has little room for what each thread has. */
static char report[16384];
static _Thread_local bool kept;

static void make_report(void)
{
    const struct tl_wait_queue *conditions[TL_STUCK_MOST];
    unsigned count;
    char line[768];
    snprintf(report, sizeof report,
             "deadlock: every task waits, and none can ever go on\n");
    tl_task_visit(TL_HOME);
    count = own_conditions(conditions);
    count_in(conditions, count, 1);
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        if (!tl_task_taken(tl_task_at(n)) || tl_life_has_ended(tl_task_at(n)) ||
            !tl_task_is_named(tl_task_at(n)))
            continue;
        report_task(tl_task_at(n), line, sizeof line);
        append(report, sizeof report, "  %s\n", line);
    }
    count_in(conditions, count, -1u);
}

void tl_report_keep(void)
{
    make_report();
    kept = true;
}

const char *tl_report_stuck(void)
{
    if (!kept)
        make_report();
    kept = false;
    return report;
}

const char *tl_task_name(void)
{
    tl_task_visit(TL_HOME);
    return tl_self ? tl_self->name : "";
}

bool tl_task_is_main(void)
{
    tl_task_visit(TL_HOME);
    return tl_self && tl_self->parent == 0;
}
