/*
 * Cycle graph: the tasks for which one waits, for which these wait, and so on.
 *
 * It is this thread's own, made of what the slots say while the others go on.
 * sync/cycle tells what may be concluded from it.
 */
#ifndef TL_CYCLE_GRAPH_H
#define TL_CYCLE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/object.h"
#include "sync/cycle.h"
#include "tasks/task.h"

#define TL_CYCLE_COUNT_SHIFT 48
#define TL_CYCLE_OFFSET                                                        \
    (((UINT64_C(1) << TL_CYCLE_COUNT_SHIFT) - 1) & ~UINT64_C(7))
#define TL_CYCLE_RUNS SIZE_MAX

/* A task that waits, in the slot of the arena where it does. */
struct tl_waits {
    struct tl_task *task;
    uint64_t want; /* its `pending`, as first read */
    uint64_t person;
    unsigned arena;
    bool stuck;   /* nobody who could end its wait can go on */
    bool returns; /* and its wait leads to the first node */
};

struct tl_cycle_graph {
    struct tl_waits *nodes; /* from malloc; the first is this task's */
    size_t count, room;
};

/* Adds all for whom the first waits, and for whom these do. */
void tl_cycle_explore(struct tl_cycle_graph *graph);

/* Marks the nodes that are stuck, and those in a cycle with the first; whether
 * there is such a cycle. */
bool tl_cycle_find(struct tl_cycle_graph *graph);

/* Whether node i waits for node `to`; for TL_CYCLE_RUNS: for one that
 * returns. */
bool tl_cycle_leads(struct tl_cycle_graph *graph, size_t i, size_t to);

/* Whether it is in the same wait as when it was found. */
bool tl_cycle_still_waits(const struct tl_waits *node);

/* The holders of what a node wants, one after the other.  Goes to its arena. */
struct tl_cycle_walk {
    const struct tl_wait_queue *condition;
    const struct tl_object *object; /* NULL: none any more */
    const struct tl_kind *kind;
    uint32_t id; /* of the holder */
};
void tl_cycle_walk_begin(struct tl_cycle_walk *walk,
                         const struct tl_waits *node);

#endif
