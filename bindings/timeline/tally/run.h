/*
 * Run: what C needs of a model (timeline/model.lua) to go through its spans.
 */
#ifndef TIMELINE_RUN_H
#define TIMELINE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "timeline/read/spans.h"

/* What an operation does to its object: the words of timeline/meaning.lua. */
enum run_does {
    RUN_NOTHING,
    RUN_TAKES,
    RUN_GIVES,
    RUN_WAITS,
    RUN_PUTS,
    RUN_GETS
};

struct run_task {
    int64_t began, ended; /* ended: with the run, where it did not before */
};

struct run {
    const struct spans *spans;
    struct run_task *tasks; /* of task n: tasks[n - 1] */
    bool *is_sleep;         /* by place: it waits for nobody but the time */
    uint8_t *does;          /* by place, enum run_does; see run_push_does */
    size_t task_count, object_count;
    int64_t length;
    bool logical, has_lost;
};

/* Reads the model at `index`, and pushes what keeps the run. */
struct run run_push(lua_State *L, int index);

/* Sets `does` by the function at `reader`, that of meaning.reader, and pushes
 * what keeps it. */
void run_push_does(lua_State *L, struct run *run, int reader);

/* When the wait of a span that has slept was over: with its task, where it
 * never was. */
static inline int64_t run_wait_end(const struct run *run,
                                   const struct span *span)
{
    int64_t ended = run->tasks[span->task - 1].ended;
    if (span->ended >= 0)
        return span->slept + span->waited;
    return ended > span->slept ? ended : span->slept;
}

#endif
