/*
 * Lock graph: in which orders the tasks of a simulation take locks, as far as
 * was seen: a region of the program's own arena (simulate/lock_order says what
 * it is for).
 *
 * A node is a lock.  An edge says that a task that held `from` began to take
 * `to`: what else it held, where, and in which segment of its life.  A segment
 * ends where the task starts another or has joined one, so that segments know
 * which came before which, in every schedule: those of which neither did are
 * concurrent (Bensalem and Havelund 2005).
 *
 * Written by the task that has the turn; entries never change once they are
 * counted or linked, but for `seats`.  Killed in between, a task loses its
 * entry.
 *
 * Limits: what does not fit any more (TL_LOCK_GRAPH_...) is not taken down, and
 * so not warned of.
 */
#ifndef TL_LOCK_GRAPH_H
#define TL_LOCK_GRAPH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tasks/task.h"
#include "tidelock.h"

#define TL_LOCK_GRAPH_NODES 512u /* a power of 2; a quarter stays free */
#define TL_LOCK_GRAPH_EDGES 1024u
#define TL_LOCK_GRAPH_TASKS 1024u
#define TL_LOCK_GRAPH_SEGMENTS 4096u
#define TL_LOCK_GRAPH_HELD 12u
#define TL_LOCK_GRAPH_TOLD 64u

/* Line of a script; line 0: not known. */
struct tl_lock_place {
    uint32_t line;
    uint16_t file; /* see trace/ring */
};

/* Numbers of nodes, edges, tasks and segments begin at 1; 0 is none. */
struct tl_lock_node {
    uint64_t arena; /* 0: the program's own; else of which space */
    uint64_t number;
    uint32_t kind;  /* enum tl_kind_id; 0: free */
    uint32_t seats; /* so many tasks may have it at a time */
    uint32_t first; /* edge from it */
    char name[TL_NAME_SIZE];
};

struct tl_lock_edge {
    uint16_t next; /* from the same node */
    uint16_t to;
    uint16_t task, segment;
    uint16_t held[TL_LOCK_GRAPH_HELD]; /* the first: `from` */
    uint16_t reads;                    /* bit n: it has held[n] to read */
    uint8_t held_count;
    bool to_read;
    bool again; /* it had `to`, and waits at its condition */
    struct tl_lock_place from_place, to_place;
};

struct tl_lock_task {
    uint64_t process; /* number of its object */
    uint32_t kind;    /* of that */
    uint16_t player;  /* the slot that it has or had */
    uint16_t segment; /* its last */
    char name[TL_NAME_SIZE];
};

struct tl_lock_graph {
    uint32_t node_count, edge_count, task_count, segment_count, told_count;
    bool full; /* no segment is left: nothing is taken down any more */
    uint16_t players[TL_NUMBER_MASK + 1]; /* its task, by slot */
    struct tl_lock_node nodes[TL_LOCK_GRAPH_NODES];
    struct tl_lock_edge edges[TL_LOCK_GRAPH_EDGES];
    struct tl_lock_task tasks[TL_LOCK_GRAPH_TASKS];
    uint16_t segments[TL_LOCK_GRAPH_SEGMENTS][2]; /* those before */
    uint64_t told[TL_LOCK_GRAPH_TOLD];            /* sets of locks */
};

/* Of this program; NULL: it is not simulated. */
extern struct tl_lock_graph *tl_lock_graph;

/* Carves the region; TL_OK or TL_NO_MEMORY. */
int tl_lock_graph_make(void);

static inline struct tl_lock_node *tl_lock_node_at(uint32_t number)
{
    return &tl_lock_graph->nodes[number - 1];
}

static inline struct tl_lock_edge *tl_lock_edge_at(uint32_t number)
{
    return &tl_lock_graph->edges[number - 1];
}

static inline struct tl_lock_task *tl_lock_task_at(uint32_t number)
{
    return &tl_lock_graph->tasks[number - 1];
}

/* The node of an object of the arena where this thread works, which is made
 * where there is none, with so many seats; 0: there is no room. */
uint32_t tl_lock_graph_node(const struct tl_object *object, uint32_t seats);

/* Its number; 0: it is known, or there is no room. */
uint32_t tl_lock_graph_add(const struct tl_lock_edge *edge);

/* A new task: in this slot; the player that starts it, or 0. */
void tl_lock_graph_start(uint32_t player, uint32_t starter);

/* The task has joined the one with that process or thread. */
void tl_lock_graph_join(struct tl_lock_task *task, uint32_t joined);

/* The task of that process or thread; 0: not known. */
uint32_t tl_lock_graph_task_of(uint32_t kind, uint64_t process);

/* Whether one of the segments has ended, in every schedule, before the other
 * begins; or they are the same. */
bool tl_lock_graph_ordered(uint32_t segment, uint32_t other);

#endif
