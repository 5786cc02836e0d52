/* Waits that are not in the arena: for what is on a server. */
#include <stdio.h>

#include "base/clock.h"
#include "memory/arena.h"
#include "tasks/task.h"
#include "tidelock.h"

static void write_texts(const char *what, const char *where)
{
    struct tl_task *self = tl_self;
    if (!self)
        return;
    snprintf(self->far, sizeof self->far, "%s", what);
    snprintf(self->where, sizeof self->where, "%s", where);
}

void tl_far_wait_say(const char *what, const char *where, int64_t since)
{
    unsigned here = tl_arena;
    tl_task_visit(TL_HOME);
    if (tl_self)
        atomic_store(&tl_self->since, since);
    write_texts(what, where);
    tl_task_visit(here);
}

void tl_far_wait_end(void)
{
    unsigned here = tl_arena;
    tl_task_visit(TL_HOME);
    write_texts("", "");
    tl_task_visit(here);
}
