#include "trace/births.h"

#include <stdlib.h>
#include <string.h>

char *tl_births_texts(struct tl_lane *lane, uint64_t position, uint64_t blocks)
{
    char *all = malloc(blocks * sizeof(struct tl_record) + 2);
    if (!all)
        return NULL;
    for (uint64_t i = 0; i < blocks; i++) {
        const struct tl_record *record = tl_lane_record(lane, position + 1 + i);
        for (unsigned n = 0; n < TL_LANE_WORDS; n++) {
            uint64_t bytes = tl_births_word(record, n);
            memcpy(all + i * sizeof *record + n * sizeof bytes, &bytes,
                   sizeof bytes);
        }
    }
    memset(all + blocks * sizeof(struct tl_record), 0, 2);
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
    const struct tl_record *record = tl_lane_record(lane, position);
    uint64_t parent = tl_births_word(record, TL_LANE_TASK_PARENT);
    uint32_t number = (uint32_t)(head >> TL_LANE_NUMBER_SHIFT);
    char *texts =
        tl_births_texts(lane, position, head >> TL_LANE_BLOCKS_SHIFT & 0xffff);
    /* first, since it is to stand in the file before */
    uint32_t parent_index = tl_births_index(drain, (uint32_t)parent);
    struct tl_trace_file_birth birth = {
        .task = ++drain->tasks,
        .parent = parent_index,
        .flags = (uint32_t)(parent >> 32),
        .pid = tl_births_word(record, TL_LANE_TASK_PID),
        .began =
            tl_births_moment(drain, tl_births_word(record, TL_LANE_TASK_BEGAN)),
        .name = texts ? texts : "",
        .path = ""};
    drain->indexes[number] = birth.task;
    tl_trace_file_born(drain->file, &birth);
    free(texts);
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
    if (atomic_load_explicit(&lane->tenancy, memory_order_relaxed) < position)
        return false;
    while (position < written) {
        uint64_t head =
            tl_births_word(tl_lane_record(lane, position), TL_LANE_HEAD);
        bool operation = (head & 0xff) == TL_LANE_OPERATION;
        if ((head & 0xff) == TL_LANE_TASK &&
            head >> TL_LANE_NUMBER_SHIFT == number) {
            define(drain, lane, position, head);
            return true;
        }
        position += operation ? 1 : 1 + (head >> TL_LANE_BLOCKS_SHIFT & 0xffff);
    }
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
