#include "park/idle.h"

#include "base/fault.h"
#include "park/since.h"
#include "tasks/task.h"

_Thread_local bool (*tl_idle_due)(void);
_Thread_local void (*tl_idle_run)(void);
_Thread_local bool (*tl_idle_due_last)(void);
_Thread_local bool tl_idle_by_signals;
_Thread_local bool tl_idle_runs;

/* Into the new word first: recovery knows a block that both words name. */
static void move(uint64_t *from, uint64_t *to)
{
    *to = *from;
    tl_fault();
    *from = 0;
    tl_fault();
}

static struct tl_intent intent_of(const struct tl_task *task)
{
    struct tl_intent intent = {.arena = task->intent.arena,
                               .object = task->intent.object,
                               .key = task->intent.key,
                               .tries = task->intent.tries};
    atomic_init(&intent.operation, atomic_load(&task->intent.operation));
    return intent;
}

static void intend(struct tl_task *task, const struct tl_intent *intent)
{
    task->intent.arena = intent->arena;
    task->intent.object = intent->object;
    task->intent.key = intent->key;
    task->intent.tries = intent->tries;
    atomic_store(&task->intent.operation, atomic_load(&intent->operation));
}

void tl_idle_now(void)
{
    tl_idle();
}

bool tl_idle_running(void)
{
    return tl_idle_runs;
}

void tl_idle_forget(void)
{
    tl_idle_runs = false;
}

bool tl_idle_slow(void)
{
    unsigned here = tl_arena;
    struct tl_task *self = tl_self;
    uint64_t *owned = self->owned_blocks;
    move(&owned[TL_OWNED_MESSAGE], &owned[TL_OWNED_KEPT_MESSAGE]);
    move(&owned[TL_OWNED_SEGMENT], &owned[TL_OWNED_KEPT_SEGMENT]);
    struct tl_intent intent = intent_of(self);
    int64_t since = tl_since_set(0);
    atomic_store(&self->pending, 0);
    tl_idle_runs = true;
    tl_idle_run();
    tl_idle_runs = false;
    tl_since_set(since);
    tl_task_visit(here);
    intend(self, &intent);
    move(&owned[TL_OWNED_KEPT_MESSAGE], &owned[TL_OWNED_MESSAGE]);
    move(&owned[TL_OWNED_KEPT_SEGMENT], &owned[TL_OWNED_SEGMENT]);
    return true;
}
