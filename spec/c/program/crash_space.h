/* The scenarios of spaces, and of waits for many objects; only
 * crash_scenarios.h includes them, whose handles and deadline they use. */
#include <stdio.h>

#include "store/heap.h"
#include "tasks/task.h"

static unsigned space;         /* its number; open from the first scenario on */
static uint64_t space_used;    /* bytes of it, before the victim */
static struct tl_handle named; /* in the space */

static void open_space(void)
{
    char name[40];
    snprintf(name, sizeof name, "crash-%d", (int)getpid());
    if (!space) {
        int number = tl_space_open(name);
        tl_space_unlink(name);
        space = number > 0 ? (unsigned)number : 0;
    }
    named = (struct tl_handle){.arena = (uint16_t)space};
}

static void make_space(void)
{
    open_space();
    tl_event_new(&other, "unused"); /* some object that travels at home */
    tl_task_visit(space);
    tl_heap_used(&space_used);
    tl_task_visit(TL_HOME);
}

static int put_named(int n, bool large_one)
{
    tl_ref ref = tl_handle_ref(&named);
    struct tl_slice slices[] = {{&n, sizeof n}, {large, sizeof large}};
    struct tl_message m = {slices, 1, sizeof n, NULL, 0};
    if (large_one)
        m = (struct tl_message){slices, 2, sizeof n + sizeof large, &ref, 1};
    return tl_queue_put(&named, &m, 0, soon());
}

static void victim_uses_space(void)
{
    if (tl_queue_new(&named, "orders", TL_FIFO, 3) < 0)
        return;
    put_named(1, false);
    put_named(2, true);
    tl_queue_get(&named, &parcel, TL_NOW);
    tl_queue_get(&named, &parcel, TL_NOW);
    tl_parcel_drop(&parcel);
    tl_space_remove(space, "orders");
    tl_handle_close(&named);
}

/* Whether there is a whole queue of the name or none, and nothing is lost. */
static bool space_is_whole(void)
{
    struct tl_handle found = {0};
    uint64_t used;
    tl_life_sweep_all();
    int status = tl_space_find(space, "orders", &found);
    bool well = status == TL_OK || status == TL_EMPTY;
    if (status == TL_OK) {
        while (tl_queue_get(&found, &parcel, TL_NOW) == TL_OK)
            tl_parcel_drop(&parcel);
        well = tl_queue_maxsize(&found) == 3 &&
               tl_space_remove(space, "orders") == TL_OK;
        tl_handle_close(&found);
    }
    tl_task_visit(space);
    tl_refs_reclaim();
    well = well && tl_heap_check();
    tl_heap_used(&used);
    tl_task_visit(TL_HOME);
    return well && used == space_used;
}

/* ---- many at once ---- */

static void make_several(void)
{
    make_queue();
    open_space();
    tl_event_new(&named, "bell");
}

static void victim_waits_for_several(void)
{
    struct tl_waitable list[] = {
        {.handle = &queue}, {.handle = &ends[0]}, {.handle = &named}};
    uint32_t wrong;
    tl_wait_any(list, 3, &wrong, tl_deadline_in(0.002));
}

static void make_several_and_pipe(void)
{
    make_several();
    make_pipe();
}

/* Whether whoever else waits there is woken, and no node of the dead is left.
 */
static bool several_go_on(void)
{
    bool well = reader_goes_on();
    well = tl_event_set(&named) == TL_OK && well;
    tl_space_remove(space, "bell");
    tl_handle_close(&named);
    return well;
}
