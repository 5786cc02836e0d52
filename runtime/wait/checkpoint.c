#include "checkpoint.h"

#include <pthread.h>

#include "park.h"
#include "tasks/death.h"

_Thread_local _Atomic unsigned tl_due = TL_DUE_FOREIGN;

int tl_checkpoint_due(void)
{
    unsigned due = atomic_load(&tl_due);
    if (due & TL_DUE_FOREIGN || !tl_self)
        return TL_FOREIGN;
    if (due & TL_DUE_DEATH) {
        atomic_fetch_and(&tl_due, ~(unsigned)TL_DUE_DEATH);
        /* it may be of any arena that this thread has worked in */
        tl_death_sweep_all();
    }
    return TL_OK;
}

bool tl_checkpoint_interrupted(void)
{
    return (atomic_load(&tl_due) & TL_DUE_INTERRUPT) &&
           (atomic_fetch_and(&tl_due, ~(unsigned)TL_DUE_INTERRUPT) &
            TL_DUE_INTERRUPT);
}

void tl_interrupt(void)
{
    tl_due_set(TL_DUE_INTERRUPT);
    struct tl_task *self = tl_self;
    if (self)
        tl_park_call(self);
}

void tl_interrupt_clear(void)
{
    tl_checkpoint_interrupted();
}

static void forked(void)
{
    tl_task_quit_all();
    atomic_store(&tl_due, TL_DUE_FOREIGN);
}

void tl_checkpoint_watch_forks(void)
{
    pthread_atfork(NULL, NULL, forked);
}

void tl_checkpoint_adopt(void)
{
    atomic_store(&tl_due, 0);
}
