#include "signals/care.h"

#include <stddef.h>

#include "tidelock.h"

struct hooks {
    bool (*is_due)(void);
    void (*run)(void);
};

_Thread_local void (*care_around)(void (*run)(void));

static _Thread_local struct hooks all[CARES];
static _Thread_local int paused;

static bool is_due_of(enum care what)
{
    return !paused && all[what].is_due && all[what].is_due();
}

static bool is_due(void)
{
    return is_due_of(CARE_SIGNALS) || is_due_of(CARE_POOLS);
}

static bool is_due_last(void)
{
    return is_due_of(CARE_SIGNALS);
}

bool care_is_last(void)
{
    return tl_idle_due == is_due_last;
}

static void run_due(void)
{
    bool pools = !care_is_last() && is_due_of(CARE_POOLS);
    if (is_due_of(CARE_SIGNALS))
        all[CARE_SIGNALS].run();
    if (pools)
        all[CARE_POOLS].run();
}

static void run(void)
{
    if (care_around)
        care_around(run_due);
    else
        run_due();
}

void care_for(enum care what, bool (*due)(void), void (*function)(void))
{
    bool signals, last = care_is_last();
    all[what] = (struct hooks){due, function};
    signals = all[CARE_SIGNALS].is_due;
    tl_idle_due_last = signals ? is_due_last : NULL;
    if (last)
        tl_idle_due = tl_idle_due_last;
    else
        tl_idle_due = signals || all[CARE_POOLS].is_due ? is_due : NULL;
    tl_idle_run = tl_idle_due ? run : NULL;
}

void care_forget(void)
{
    paused = 0;
}

void care_pause(bool on)
{
    paused += on ? 1 : -1;
    tl_cancel_hold(on);
    /* a call for it may have been answered in vain meanwhile */
    if (is_due_of(CARE_SIGNALS))
        tl_idle_call();
}
