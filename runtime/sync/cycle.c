#include "sync/cycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"
#include "base/procfs.h"
#include "park/park.h"
#include "sync/cycle_graph.h"
#include "wait/sleep.h"

#define LEAVE_FOR (20 * TL_MILLISECOND)

#define TEXT_SIZE 4096

/* From malloc, since a module has little room for thread-local variables; made
 * when the thread is first told of a cycle, and stays. */
static _Thread_local char *deadlock_text;

const char *tl_deadlock_text(void)
{
    return deadlock_text ? deadlock_text : "no memory to tell of it";
}

/* ---- telling ---- */

static void title(const struct tl_cycle_walk *walk, bool with_kind, char *text,
                  size_t size)
{
    const struct tl_object *object = walk->object;
    const char *kind = walk->kind->name;
    if (object->name[0])
        snprintf(text, size, "%s%s\"%.*s\"", with_kind ? kind : "",
                 with_kind ? " " : "", TL_NAME_SIZE - 1, object->name);
    else
        snprintf(text, size, "%s#%d", kind, (int)object->number);
    tl_printable_make(text);
}

/* In a space, tasks of different programs may have one name. */
static void name(const struct tl_waits *node, bool with_pid, char *text,
                 size_t size)
{
    if (with_pid)
        snprintf(text, size, "%s (pid %d)", node->task->name,
                 (int)tl_task_pid(node->task));
    else
        snprintf(text, size, "%s", node->task->name);
}

static bool is_join(const struct tl_cycle_walk *walk)
{
    return walk->condition->verb == TL_VERB_JOIN;
}

/* Tells what the node holds that another one waits for, unless that waits for
 * the node's end. */
static void tell_held(struct tl_cycle_graph *graph, size_t i, bool first,
                      char *text, size_t size)
{
    text[0] = '\0';
    for (size_t from = graph->count; from-- > 0;) {
        struct tl_cycle_walk walk;
        char held[96];
        if (!graph->nodes[from].returns || !tl_cycle_leads(graph, from, i))
            continue;
        tl_cycle_walk_begin(&walk, &graph->nodes[from]);
        if (!walk.object || is_join(&walk))
            continue;
        title(&walk, first, held, sizeof held);
        snprintf(text, size, "holds %s and ", held);
        return;
    }
}

static void tell_wanted(const struct tl_waits *node, char *text, size_t size)
{
    struct tl_cycle_walk walk;
    text[0] = '\0';
    tl_cycle_walk_begin(&walk, node);
    if (walk.object)
        title(&walk, false, text, size);
    size_t used = strlen(text);
    if (walk.object && is_join(&walk))
        snprintf(text + used, size - used, " to end");
}

/* "chef-1 holds lock "pan" and wants "salt"; ...", from this task on. */
static void tell(struct tl_cycle_graph *graph)
{
    size_t used = 0;
    bool with_pids = false;
    if (!deadlock_text)
        deadlock_text = calloc(1, TEXT_SIZE);
    if (!deadlock_text)
        return;
    for (size_t i = 0; i < graph->count; i++)
        with_pids |=
            graph->nodes[i].returns && graph->nodes[i].arena != TL_HOME;
    for (size_t i = 0; i < graph->count && used < TEXT_SIZE; i++) {
        char who[96], held[128], wanted[104];
        if (!graph->nodes[i].returns)
            continue;
        name(&graph->nodes[i], with_pids, who, sizeof who);
        tell_held(graph, i, i == 0, held, sizeof held);
        tell_wanted(&graph->nodes[i], wanted, sizeof wanted);
        int wrote =
            snprintf(deadlock_text + used, TEXT_SIZE - used, "%s%s %swants %s",
                     i ? "; " : "", who, held, wanted);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

/* ---- this task ---- */

/* Says in all slots of this task who it is, and where it waits. */
static void publish(uint64_t want)
{
    unsigned here = tl_arena;
    uint64_t person = tl_task_seed() | 1;
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (!tl_task_is_in(arena))
            continue;
        tl_task_visit(arena);
        atomic_store(&tl_self->person, person);
        if (arena != here)
            atomic_store(&tl_self->pending, TL_CYCLE_ELSEWHERE);
    }
    tl_task_visit(here);
    /* last, and before this task reads what others say */
    atomic_store(&tl_self->pending, want);
}

static void forget(void)
{
    unsigned here = tl_arena;
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (!tl_task_is_in(arena))
            continue;
        tl_task_visit(arena);
        atomic_store(&tl_self->pending, 0);
    }
    tl_task_visit(here);
}

/* Whether another task in the cycle, one with a lower `person`, also looks:
 * then that one is told of the cycle. */
static bool is_left_to_another(const struct tl_cycle_graph *graph)
{
    for (size_t i = 1; i < graph->count; i++)
        if (graph->nodes[i].returns &&
            graph->nodes[i].person < graph->nodes[0].person &&
            atomic_load(&graph->nodes[i].task->pending) & TL_CYCLE_LOOKS)
            return true;
    return false;
}

/* Whether the task sleeps; or looks as well, and then one of the two is to be
 * told. */
static bool sleeps(const struct tl_waits *node)
{
    if (atomic_load(&node->task->pending) & TL_CYCLE_LOOKS)
        return true;
    return tl_park_sleeps(node->task);
}

enum look { FREE, CYCLE, ANOTHER, AGAIN };

static enum look look(uint64_t want)
{
    unsigned here = tl_arena;
    struct tl_cycle_graph graph = {.room = 16};
    graph.nodes = malloc(graph.room * sizeof *graph.nodes);
    if (!graph.nodes)
        return FREE;
    graph.nodes[graph.count++] = (struct tl_waits){
        tl_self, want, atomic_load(&tl_self->person), here, false, false};
    enum look found = FREE;
    tl_cycle_explore(&graph);
    if (tl_cycle_find(&graph)) {
        found = is_left_to_another(&graph) ? ANOTHER : CYCLE;
        tell(&graph);
        /* only a cycle that still holds is told; and a task that a signal is
         * about to wake is not stuck */
        for (size_t i = 1; i < graph.count; i++)
            if (graph.nodes[i].returns &&
                (!sleeps(&graph.nodes[i]) ||
                 !tl_cycle_still_waits(&graph.nodes[i])))
                found = AGAIN;
    }
    free(graph.nodes);
    tl_task_visit(here);
    return found;
}

static bool closes_cycle(const struct tl_wait_queue *condition)
{
    static _Thread_local uint16_t count;
    uint64_t want =
        (uint64_t)++count << TL_CYCLE_COUNT_SHIFT | tl_offset(condition);
    publish(want | TL_CYCLE_LOOKS);
    tl_deadline patience = 0;
    enum look found = look(want);
    while (found == ANOTHER || found == AGAIN) {
        int64_t now = tl_clock_now();
        /* not for ever, since the other one may be stopped; but while a task of
         * the cycle still runs, neither can decide */
        if (found == AGAIN)
            patience = 0;
        else if (!patience)
            patience = now + LEAVE_FOR;
        else if (now >= patience)
            break;
        tl_sleep_pause();
        found = look(want);
    }
    if (found == FREE)
        atomic_store(&tl_self->pending, want);
    else
        forget();
    return found != FREE;
}

int tl_cycle_wait_since(struct tl_wait_queue *condition,
                        const _Atomic uint64_t *word, uint64_t seen,
                        int64_t arrived, tl_deadline deadline)
{
    if (deadline != TL_FOREVER)
        return tl_wait_since(condition, word, seen, arrived, deadline);
    if (closes_cycle(condition))
        return TL_DEADLOCK;
    int status = tl_wait_since(condition, word, seen, arrived, deadline);
    forget();
    return status;
}

int tl_cycle_wait(struct tl_wait_queue *condition, const _Atomic uint64_t *word,
                  uint64_t seen, tl_deadline deadline)
{
    if (deadline > 0 && tl_wait_spin(word, seen, 0))
        return TL_OK;
    return tl_cycle_wait_since(condition, word, seen, 0, deadline);
}
