#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tasks/death.h"
#include "tidelock.h"
#include "wait/clock.h"
#include "wait/wait.h"

static void title_of(const struct tl_object *object, char *text, size_t size)
{
    snprintf(text, size, "%s#%d%s%s%s", tl_kinds[object->kind].name,
             (int)object->number, object->name[0] ? " \"" : "", object->name,
             object->name[0] ? "\"" : "");
}

static void describe_object(const struct tl_object *object, int side,
                            char *text, size_t size)
{
    title_of(object, text, size);
    size_t used = strlen(text);
    if (!tl_kinds[object->kind].describe || used + 3 >= size)
        return;
    memcpy(text + used, ": ", 3);
    tl_kinds[object->kind].describe(object, side, text + used + 2,
                                    size - used - 2);
}

/* Also where this process is no task any more, as far as that goes. */
static bool enter(const struct tl_handle *handle)
{
    if (!handle->object)
        return false;
    tl_task_visit(handle->arena);
    return tl_self != NULL;
}

uint64_t tl_handle_name(const struct tl_handle *handle,
                        char name[TL_NAME_SIZE])
{
    const struct tl_object *object = handle->object;
    snprintf(name, TL_NAME_SIZE, "%s", object ? object->name : "");
    return object ? object->number : 0;
}

void tl_title(const struct tl_handle *handle, char *text, size_t size)
{
    if (enter(handle))
        title_of(handle->object, text, size);
    else
        snprintf(text, size, "%s", tl_kind_name(handle->kind));
}

void tl_describe(const struct tl_handle *handle, char *text, size_t size)
{
    if (enter(handle))
        describe_object(handle->object, handle->side, text, size);
    else
        snprintf(text, size, "%s: closed", tl_kind_name(handle->kind));
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

static const char *preposition(uint32_t verb)
{
    return verb == TL_VERB_GET || verb == TL_VERB_RECV   ? "from "
           : verb == TL_VERB_PUT || verb == TL_VERB_SEND ? "to "
           : verb == TL_VERB_WAIT                        ? "for "
                                                         : "";
}

static void tell_wait(const struct tl_task *task,
                      const struct tl_condition *condition, char *text,
                      size_t size)
{
    if (condition->guard.object) {
        char what[TL_TEXT_SIZE];
        describe_object(tl_at(condition->guard.object), 0, what, sizeof what);
        append(text, size, " waits to %s %s%s", tl_verb_name(condition->verb),
               preposition(condition->verb), what);
    } else {
        append(text, size, " sleeps");
    }
    append(text, size, "; for %.1f s",
           (double)(tl_clock_now() - atomic_load(&task->since)) / 1e9);
    if (task->where[0])
        append(text, size, ", at %s", task->where);
}

void tl_report_task(const struct tl_task *task, char *text, size_t size)
{
    uint64_t offset = atomic_load(&task->waiter.condition);
    snprintf(text, size, "%s (pid %d)", task->name, (int)task->pid);
    if (offset && atomic_load(&task->waiting))
        tell_wait(task, tl_at(offset), text, size);
    else
        append(text, size, " runs");
}

/* The task that hears of it has just left its wait. */
static void report_stuck_task(const struct tl_task *task, char *text,
                              size_t size)
{
    if (task == tl_self && tl_wait_stuck_in()) {
        snprintf(text, size, "%s (pid %d)", task->name, (int)task->pid);
        tell_wait(task, tl_wait_stuck_in(), text, size);
    } else {
        tl_report_task(task, text, size);
    }
}

const char *tl_report_stuck(void)
{
    /* one for all threads of the process: whoever asks is about to end it, and
     * a module has little room for what each thread has */
    static char report[16384];
    char line[768];
    snprintf(report, sizeof report,
             "deadlock: every task waits, and none can ever go on\n");
    tl_task_visit(TL_HOME);
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        if (!tl_task_taken(tl_task_at(n)) || tl_death_happened(tl_task_at(n)))
            continue;
        report_stuck_task(tl_task_at(n), line, sizeof line);
        append(report, sizeof report, "  %s\n", line);
    }
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
