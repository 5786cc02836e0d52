/*
 * Zygote: the worker's side of an exploration (worker.h): the program with the
 * script loaded, which forks a child for each schedule.
 *
 * The child is the main task of its schedule and the leader of its process
 * group; it ends without closing its Lua state.  The zygote adopts whoever of
 * the schedule outlives its parent, ends them when the main task has ended or
 * the schedule is over, reaps all, and tells the explorer.
 *
 * Nobody outlives the explorer, whatever ends it.  The zygote gets SIGTERM
 * then, by which it ends what runs, puts files back and ends.  Where it is
 * killed itself the main task is killed with it, and the process group as well:
 * its processes have open the read end of a pipe (life_pipe) whose write end
 * only the zygote has, and the kernel signals the group when that is closed.
 */
#ifndef EXPLORE_ZYGOTE_H
#define EXPLORE_ZYGOTE_H

#include <stdbool.h>
#include <stdint.h>

struct zygote_start {
    uint64_t seed; /* of the program */
    uint32_t rank; /* of the exploration: rank.h */
};

/* To be called first in main: whether an explorer has started this program.
 * Takes what it is handed. */
bool zygote_begin(struct zygote_start *start);

bool zygote_is(void);

/* Serves the explorer; returns true in the main task of each schedule, in which
 * tl_init is to be called.  Once: a second call returns false at once, and so
 * does the first where nobody explores. */
bool zygote_serve(void);

#endif
