/*
 * Object list: what there is, as people read it.
 */
#include "memory/arena.h"
#include "store/cell.h"
#include "store/handle.h"
#include "tasks/life.h"
#include "public/explore.h"

static void look_at_cells(struct tl_task *task,
                          void (*tell)(void *, const char *), void *context)
{
    char text[TL_TEXT_SIZE];
    uint32_t count = atomic_load(&task->cells);
    for (uint32_t i = 0; i < count; i++) {
        struct tl_handle handle;
        if (tl_handle_borrow(&handle, &tl_cell_at(task, i)->ref) != TL_OK)
            continue;
        tl_describe(&handle, text, sizeof text);
        tl_handle_return(&handle);
        tell(context, text);
    }
}

void tl_object_look(void (*tell)(void *, const char *), void *context)
{
    tl_task_visit(TL_HOME);
    for (uint32_t n = 1; n <= tl_task_highest(); n++)
        if (tl_task_taken(tl_task_at(n)) && !tl_life_has_ended(tl_task_at(n)))
            look_at_cells(tl_task_at(n), tell, context);
}
