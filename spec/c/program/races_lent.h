/* The race about what a child is lent (store/bundle); included by races_test.c
 * alone, whose tasks and flags it uses. */
#include "store/cell.h"
#include "store/bundle.h"
#include "store/refs.h"

#define MANY (TL_BUNDLE_CELLS + 20)
static struct tl_handle many[MANY];

static int count_lent(struct tl_task *task)
{
    int count = 0;
    for (uint32_t i = 0; i < atomic_load(&task->cells); i++)
        count += (tl_cell_at(task, i)->ref & TL_LENT) != 0;
    return count;
}

static bool bundle_is_gone(void)
{
    return tl_cell_at(tl_self, TL_BUNDLE_CELLS)->ref == 0;
}

static void part_with_bundle(void)
{
    atomic_store(&flags->count, count_lent(tl_self));
    stop_when = bundle_is_gone;
    if (die_at == 2)
        tl_handle_close(&many[MANY - 1]);
}

/* Whoever looks at the cells of a task that ends, or that gives one up, finds
 * none that is lent and kept by nothing. */
static bool lent_goes_before_its_bundle(void)
{
    for (unsigned i = 0; i < MANY; i++)
        tl_event_new(&many[i], NULL);
    struct tl_handle parts = start(part_with_bundle);
    bool well = await_state(&parts, 'T') && atomic_load(&flags->count) > 1 &&
                count_lent(task_of(&parts)) == 0;
    kill(pid_of(&parts), SIGCONT);
    return tl_process_join(&parts, tl_deadline_in(5)) == TL_OK && well;
}
