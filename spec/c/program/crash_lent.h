/* The scenarios of what a child is lent (store/bundle); included by
 * crash_scenarios.h alone, whose handles and deadline they use. */
#include "store/bundle.h"

/* More than a child counts one by one, so that some are lent. */
#define LOCKS (TL_BUNDLE_CELLS + 20)
/* So many that a bundle is made anew for them. */
#define EVENTS 18

static struct tl_handle locks[LOCKS];

static void make_locks(void)
{
    for (unsigned i = 0; i < LOCKS; i++)
        tl_lock_new(&locks[i], NULL);
}

/* It owes something by one that was lent, and gives another up. */
static void victim_uses_lent(void)
{
    tl_lock_acquire(&locks[LOCKS - 1], TL_NOW);
    tl_handle_close(&locks[LOCKS - 2]);
}

static bool locks_are_free(void)
{
    bool well = true;
    for (unsigned i = 0; i < LOCKS; i++) {
        well = tl_lock_acquire(&locks[i], soon()) >= 0 &&
               tl_lock_release(&locks[i]) == TL_OK && well;
        tl_handle_close(&locks[i]);
    }
    return well;
}

/* It uses nothing that was lent to it, and lends it again. */
static void victim_lends(void)
{
    struct tl_handle child = {0}, own[EVENTS] = {0};
    for (unsigned i = 0; i < EVENTS; i++)
        tl_event_new(&own[i], NULL);
    tl_process_new(&child, "grandchild", false);
    if (tl_process_start(&child, NULL, 0) == 0) {
        victim_uses_lent();
        tl_process_finish(0);
        _exit(0);
    }
    tl_process_join(&child, soon());
    tl_lock_acquire(&locks[LOCKS - 3], TL_NOW);
    tl_handle_close(&locks[LOCKS - 3]);
}

static void victim_ends_with_lent(void)
{
    victim_uses_lent();
    tl_process_finish(0);
    _exit(0);
}
