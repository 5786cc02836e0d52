#include "timeline/tally/totals.h"

#include <lauxlib.h>

#include "timeline/tally/list.h"
#include "timeline/tally/map.h"
#include "timeline/tally/run.h"

#define OF_OPERATION ((uint64_t)1 << 32) /* a reason that is no object */

struct total {
    int64_t waited, slept, busy, operations;
    bool is_wanted;
};

struct object_total {
    int64_t operations, waits, waited, longest;
    size_t longest_span; /* from 1 */
};

struct wait {
    int64_t time;
    size_t span; /* from 1 */
};

struct totals {
    struct run run;
    int64_t from, to;
    size_t most;
    struct total *tasks;
    struct object_total *objects; /* of object n: objects[n - 1] */
    struct map *reasons;          /* of a task and an object: time */
    struct list *longest, *delays;
    struct wait worst; /* the longest of the delays */
};

/* What a damaged file tells may come to more than there is; sums wrap. */
static void add(int64_t *sum, int64_t more)
{
    *sum = (int64_t)((uint64_t)*sum + (uint64_t)more);
}

static int64_t within(const struct totals *totals, int64_t from, int64_t to)
{
    from = from > totals->from ? from : totals->from;
    to = to < totals->to ? to : totals->to;
    return to > from ? to - from : 0;
}

/* The longest comes first; of those that are the same, the first. */
static void keep_longest(lua_State *L, struct totals *totals, size_t span,
                         int64_t time)
{
    struct list *list = totals->longest;
    const struct wait *last = list->items;
    if (totals->most == 0 ||
        (list->count == totals->most && last[list->count - 1].time >= time))
        return;
    if (list->count < totals->most)
        list_add(L, list);
    struct wait *waits = list->items;
    size_t at = list->count - 1;
    for (; at > 0 && waits[at - 1].time < time; at--)
        waits[at] = waits[at - 1];
    waits[at] = (struct wait){time, span};
}

static void take_hand_over(lua_State *L, struct totals *totals, size_t index,
                           const struct span *span)
{
    if (span->called < 0 || span->waker == 0 || span->ended < 0)
        return;
    int64_t delay = span->ended - span->called;
    if (delay < 0)
        return;
    *(int64_t *)list_add(L, totals->delays) = delay;
    if (totals->worst.span == 0 || delay > totals->worst.time)
        totals->worst = (struct wait){delay, index + 1};
}

static void take_wait(lua_State *L, struct totals *totals, size_t index,
                      const struct span *span)
{
    const struct place *place = spans_place(totals->run.spans, span);
    struct total *total = &totals->tasks[span->task - 1];
    int64_t over = run_wait_end(&totals->run, span);
    int64_t whole = over - span->slept;
    int64_t time = within(totals, span->slept, over);
    if (totals->run.is_sleep[span->place]) {
        add(&total->slept, time);
        return;
    }
    uint64_t reason =
        place->object ? place->object : OF_OPERATION | place->operation;
    add(&total->waited, time);
    add(map_set(L, totals->reasons, span->task, reason), time);
    keep_longest(L, totals, index + 1, whole);
    take_hand_over(L, totals, index, span);
    if (place->object == 0)
        return;
    struct object_total *object = &totals->objects[place->object - 1];
    object->waits++;
    add(&object->waited, time);
    if (whole > object->longest) {
        object->longest = whole;
        object->longest_span = index + 1;
    }
}

static void take_all(lua_State *L, struct totals *totals)
{
    const struct spans *spans = totals->run.spans;
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = spans_at(spans, i);
        struct total *total = &totals->tasks[span->task - 1];
        if (!total->is_wanted || span->began > totals->to ||
            (span->ended >= 0 && span->ended < totals->from))
            continue;
        uint32_t object = spans_place(spans, span)->object;
        total->operations++;
        if (object)
            totals->objects[object - 1].operations++;
        if (span->slept >= 0)
            take_wait(L, totals, i, span);
        if (span->ended >= 0)
            add(&total->busy, within(totals, span->began, span->ended));
    }
}

/* ---- as tables ---- */

static void set(lua_State *L, const char *name, int64_t value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void push_tasks(lua_State *L, const struct totals *totals)
{
    lua_newtable(L);
    for (size_t i = 0; i < totals->run.task_count; i++) {
        const struct total *total = &totals->tasks[i];
        if (!total->is_wanted)
            continue;
        lua_createtable(L, 0, 8);
        set(L, "waited", total->waited);
        set(L, "slept", total->slept);
        set(L, "busy", total->busy);
        set(L, "operations", total->operations);
        lua_newtable(L);
        lua_setfield(L, -2, "reasons");
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    for (size_t i = 0; i < totals->reasons->room; i++) {
        const struct map_entry *entry = &totals->reasons->entries[i];
        if (!entry->is_there)
            continue;
        int64_t key = (int64_t)(entry->number & (OF_OPERATION - 1));
        lua_geti(L, -1, entry->of);
        lua_getfield(L, -1, "reasons");
        lua_pushinteger(L, entry->value);
        lua_seti(L, -2, entry->number & OF_OPERATION ? -key : key);
        lua_pop(L, 2);
    }
}

static void push_objects(lua_State *L, const struct totals *totals)
{
    lua_newtable(L);
    for (size_t i = 0; i < totals->run.object_count; i++) {
        const struct object_total *object = &totals->objects[i];
        if (object->operations == 0)
            continue;
        lua_createtable(L, 0, 5);
        set(L, "operations", object->operations);
        set(L, "waits", object->waits);
        set(L, "waited", object->waited);
        set(L, "longest", object->longest);
        if (object->longest_span)
            set(L, "longest_span", (int64_t)object->longest_span);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_longest(lua_State *L, const struct totals *totals)
{
    const struct wait *waits = totals->longest->items;
    lua_newtable(L);
    for (size_t i = 0; i < totals->longest->count; i++) {
        lua_createtable(L, 0, 2);
        set(L, "span", (int64_t)waits[i].span);
        set(L, "time", waits[i].time);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
}

/* Puts the number that would stand at `wanted`, were they sorted, there. */
static void select_at(int64_t *numbers, size_t count, size_t wanted)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        int64_t pivot = numbers[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (numbers[i] < pivot)
                i++;
            while (numbers[j] > pivot)
                j--;
            if (i >= j)
                break;
            int64_t number = numbers[i];
            numbers[i++] = numbers[j];
            numbers[j--] = number;
        }
        if (wanted <= j)
            high = j;
        else
            low = j + 1;
    }
}

static void push_hand_overs(lua_State *L, const struct totals *totals)
{
    size_t count = totals->delays->count;
    int64_t *delays = totals->delays->items;
    lua_createtable(L, 0, 4);
    set(L, "count", (int64_t)count);
    if (count == 0)
        return;
    select_at(delays, count, (count - 1) / 2);
    set(L, "median", delays[(count - 1) / 2]);
    set(L, "worst", totals->worst.time);
    set(L, "span", (int64_t)totals->worst.span);
}

/* Of the list of indexes at `index`. */
static void want_tasks(lua_State *L, int index, struct totals *totals)
{
    luaL_checktype(L, index, LUA_TTABLE);
    lua_Integer count = (lua_Integer)lua_rawlen(L, index);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, index, i);
        lua_Integer task = lua_tointeger(L, -1);
        luaL_argcheck(L, task >= 1 && (size_t)task <= totals->run.task_count,
                      index, "there is no such task");
        totals->tasks[task - 1].is_wanted = true;
        lua_pop(L, 1);
    }
}

int totals_of(lua_State *L)
{
    lua_Integer most = luaL_checkinteger(L, 5);
    struct totals totals = {.from = luaL_checkinteger(L, 3),
                            .to = luaL_checkinteger(L, 4),
                            .most = most > 0 ? (size_t)most : 0};
    lua_settop(L, 5);
    totals.run = run_push(L, 1);
    totals.tasks =
        list_push_zeros(L, totals.run.task_count, sizeof *totals.tasks);
    totals.objects =
        list_push_zeros(L, totals.run.object_count, sizeof *totals.objects);
    totals.reasons = map_push(L);
    totals.longest = list_push(L, sizeof(struct wait));
    totals.delays = list_push(L, sizeof(int64_t));
    want_tasks(L, 2, &totals);
    take_all(L, &totals);
    push_tasks(L, &totals);
    push_objects(L, &totals);
    push_longest(L, &totals);
    push_hand_overs(L, &totals);
    list_free(totals.delays);
    return 4;
}
