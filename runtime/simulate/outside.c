#include "simulate/outside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "simulate/players.h"

#define STILL_LONGEST (5 * TL_SECOND)
#define MOMENT (10 * TL_MILLISECOND)

/* To people; or to the explorer, who tells it once. */
static void say(const char *line)
{
    if (tl_explored()) {
        tl_explore_notice(line);
        return;
    }
    ssize_t ignored = write(STDERR_FILENO, line, strlen(line));
    (void)ignored;
}

void tl_outside_name(const char *what)
{
    char line[256];
    if (tl_explored())
        tl_explored()->account.went_outside = true;
    if (!tl_players_tell(what))
        return;
    snprintf(line, sizeof line,
             "tidelock: %.*s is not simulated: it runs as one step in real "
             "time, and what comes of it may differ in the next run\n",
             TL_PLAYERS_TOLD_ROOM - 1, what);
    say(line);
}

/* In the space that this task visits. */
static bool has_strangers(void)
{
    for (uint32_t n = 1; n <= tl_task_highest(); n++) {
        const struct tl_task *task = tl_task_at(n);
        if (tl_task_taken(task) && !tl_players_number(tl_task_pid(task)))
            return true;
    }
    return false;
}

bool tl_outside_is_at_work(void)
{
    unsigned here = tl_arena;
    bool found = tl_players->told_count > 0;
    for (unsigned arena = 0; arena < TL_ARENAS && !found; arena++) {
        if (arena == TL_HOME || !tl_task_is_in(arena))
            continue;
        tl_task_visit(arena);
        found = has_strangers();
    }
    tl_task_visit(here);
    return found;
}

void tl_outside_stands_still(uint32_t holder, int64_t *since)
{
    static _Thread_local uint32_t seen;
    static _Thread_local uint64_t step;
    int64_t now = tl_clock_real();
    uint64_t last = atomic_load(&tl_players->step);
    if (*since == 0 || seen != holder || step != last) {
        *since = now;
        seen = holder;
        step = last;
        return;
    }
    if (now - *since < STILL_LONGEST ||
        atomic_exchange(&tl_players->told_still, true))
        return;
    unsigned here = tl_arena; /* the caller may wait in a space */
    char line[256];
    tl_task_visit(TL_HOME);
    snprintf(line, sizeof line,
             "tidelock: %s has run for 5 seconds without an operation of the "
             "runtime, and the others wait for it: it computes, or is in a "
             "call that is not simulated\n",
             tl_task_at(holder)->name);
    tl_task_visit(here);
    say(line);
}

void tl_outside_nobody_runs(void)
{
    if (!tl_players->told_alone)
        say("tidelock: no task can go on, and none sleeps until a certain "
            "time: what they wait for must come from outside of the "
            "simulation\n");
    tl_players->told_alone = true;
    atomic_store(&tl_players->told_still, true); /* that is why it stands */
    tl_clock_pause(MOMENT);
    atomic_fetch_add(&tl_players->now, MOMENT);
}
