#include "trace/births.h"

#include <stdlib.h>
#include <string.h>

char *tl_births_texts(struct tl_lane *lane, uint64_t position, uint64_t head)
{
    uint64_t units = tl_lane_size(head);
    uint64_t words = units > TL_LANE_WORDS ? units - TL_LANE_WORDS : 0;
    char *all = malloc(words * sizeof words + TL_LANE_TEXTS);
    if (!all)
        return NULL;
    for (unsigned n = 0; n < words; n++) {
        uint64_t bytes = tl_lane_word(lane, position, TL_LANE_WORDS + n);
        memcpy(all + n * sizeof bytes, &bytes, sizeof bytes);
    }
    memset(all + words * sizeof words, 0, TL_LANE_TEXTS);
    return all;
}

/* Room for the number in the table. */
static bool reach(struct tl_drain *drain, uint32_t number)
{
    if (number < drain->index_count)
        return true;
    uint32_t count = 2 * (number + 8);
    uint32_t *grown = realloc(drain->indexes, count * sizeof *grown);
    if (!grown)
        return false;
    memset(grown + drain->index_count, 0,
           (count - drain->index_count) * sizeof *grown);
    drain->indexes = grown;
    drain->index_count = count;
    return true;
}

static void define(struct tl_drain *drain, struct tl_lane *lane,
                   uint64_t position, uint64_t head)
{
    uint64_t parent = tl_lane_word(lane, position, TL_LANE_TASK_PARENT);
    uint32_t number = (uint32_t)(head >> TL_LANE_NUMBER_SHIFT);
    char *texts = tl_births_texts(lane, position, head);
    /* first, since it is to stand in the file before */
    uint32_t parent_index = tl_births_index(drain, (uint32_t)parent);
    struct tl_trace_file_birth birth = {
        .task = ++drain->tasks,
        .parent = parent_index,
        .flags = (uint32_t)(parent >> 32),
        .pid = tl_lane_word(lane, position, TL_LANE_TASK_PID),
        .began = tl_births_moment(
            drain, tl_lane_word(lane, position, TL_LANE_TASK_BEGAN)),
        .name = texts ? texts : "",
        .path = ""};
    drain->indexes[number] = birth.task;
    tl_trace_file_born(drain->file, &birth);
    free(texts);
}

/* Whether the record TASK of that number is there. */
static bool found_at(struct tl_drain *drain, struct tl_lane *lane,
                     uint64_t position, uint32_t number)
{
    uint64_t head = tl_lane_word(lane, position, 0);
    if ((head & TL_LANE_WHAT) != TL_LANE_TASK ||
        head >> TL_LANE_NUMBER_SHIFT != number)
        return false;
    define(drain, lane, position, head);
    return true;
}

/* Looks for the record TASK of that number in what the lane has to be read. */
static bool search(struct tl_drain *drain, struct tl_lane *lane,
                   uint32_t number)
{
    uint64_t position =
        atomic_load_explicit(&lane->drained, memory_order_relaxed);
    /* acquire: pairs with the commits of `written`; whoever has named the task
     * has seen it at work, which orders this load behind its first record */
    uint64_t written =
        atomic_load_explicit(&lane->written, memory_order_acquire);
    uint64_t tenancy =
        atomic_load_explicit(&lane->tenancy, memory_order_relaxed);
    if (tenancy < position || position >= written)
        return false;
    /* the last tenant's first: what lies behind it is none */
    if (tenancy < written && found_at(drain, lane, tenancy, number))
        return true;
    for (; position < tenancy && position < written;
         position += tl_lane_size(tl_lane_word(lane, position, 0)))
        if (found_at(drain, lane, position, number))
            return true;
    return false;
}

uint32_t tl_births_index(struct tl_drain *drain, uint32_t number)
{
    if (!number || !reach(drain, number))
        return 0;
    uint32_t highest =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    for (uint32_t n = 0; n <= highest && !drain->indexes[number]; n++)
        search(drain, &tl_lanes->lanes[n], number);
    return drain->indexes[number];
}
