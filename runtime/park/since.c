#include "park/since.h"

#include "base/clock.h"
#include "park/due.h"

static _Thread_local int64_t began;

/* The next operation is to hear of it: see TL_DUE_WAITED. */
static void note(int64_t since)
{
    began = since;
    if (since)
        tl_due_set(TL_DUE_WAITED);
    else
        atomic_fetch_and(&tl_due, ~(unsigned)TL_DUE_WAITED);
}

int64_t tl_since(void)
{
    if (!began)
        note(tl_clock_now());
    return began;
}

int64_t tl_since_set(int64_t since)
{
    int64_t before = began;
    if (before || since)
        note(since);
    return before;
}
