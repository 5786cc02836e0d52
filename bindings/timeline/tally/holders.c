#include "timeline/tally/holders.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/compat.h"
#include "timeline/tally/run.h"

#define CLASS "tidelock.holders"

/* What a task holds, or has taken and not yet done, and how often. */
struct held {
    int64_t from;
    uint32_t object, depth;
};

/* What a task does at a later moment: a call takes where it ends, and within it
 * the task may call others (a callback). */
struct pending {
    int64_t time;
    const struct span *span;
    bool takes;
    uint32_t let_go, depth; /* of a wait that takes: what it gave, or 0 */
};

struct task {
    struct held *held;
    struct pending *pending; /* in the order of time */
    size_t held_count, held_room, pending_count, pending_room;
};

struct object {
    uint32_t held_as; /* itself, or the lock of a condition */
    bool is_semaphore, is_lock;
    bool is_free; /* a semaphore that others give back: held by nobody */
};

struct holders {
    struct run run;
    struct task *tasks; /* of task n: tasks[n - 1] */
    size_t task_count;
    struct object *objects; /* of object n: objects[n - 1] */
    struct list *list;
};

/* ---- memory ---- */

static int free_tasks(lua_State *L)
{
    struct holders *holders = luaL_checkudata(L, 1, CLASS);
    for (size_t i = 0; i < holders->task_count; i++) {
        free(holders->tasks[i].held);
        free(holders->tasks[i].pending);
    }
    free(holders->tasks);
    holders->tasks = NULL;
    holders->task_count = 0;
    return 0;
}

static struct holders *push_holders(lua_State *L)
{
    struct holders *holders = lua_newuserdatauv(L, sizeof *holders, 0);
    *holders = (struct holders){0};
    if (luaL_newmetatable(L, CLASS)) {
        lua_pushcfunction(L, free_tasks);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return holders;
}

/* Room for one more than there are. */
static void *grown(lua_State *L, void *items, size_t count, size_t *room,
                   size_t size)
{
    if (count < *room)
        return items;
    size_t more = *room ? *room * 2 : 4;
    void *bigger = realloc(items, more * size);
    if (!bigger)
        luaL_error(L, "not enough memory");
    *room = more;
    return bigger;
}

/* ---- taking and giving ---- */

static struct held *held_by(const struct task *task, uint32_t object)
{
    for (size_t i = task->held_count; i > 0; i--)
        if (task->held[i - 1].object == object)
            return &task->held[i - 1];
    return NULL;
}

static void drop(struct task *task, struct held *held)
{
    size_t behind = (size_t)(task->held + task->held_count - held) - 1;
    memmove(held, held + 1, behind * sizeof *held);
    task->held_count--;
}

static void hold(lua_State *L, struct task *task, struct held held)
{
    task->held = grown(L, task->held, task->held_count, &task->held_room,
                       sizeof *task->held);
    task->held[task->held_count++] = held;
}

static void add(lua_State *L, struct holders *holders, const struct task *task,
                const struct held *held, int64_t to)
{
    struct hold *one = list_add(L, holders->list);
    *one = (struct hold){.to = to > held->from ? to : held->from,
                         .from = held->from,
                         .task = (uint32_t)(task - holders->tasks) + 1,
                         .object = held->object};
}

static void take(lua_State *L, struct task *task, uint32_t object, int64_t at)
{
    struct held *held = held_by(task, object);
    if (held)
        held->depth++;
    else
        hold(L, task, (struct held){.from = at, .object = object, .depth = 1});
}

static void give(lua_State *L, struct holders *holders, struct task *task,
                 uint32_t object, int64_t at)
{
    struct held *held = held_by(task, object);
    if (!held) {
        struct object *of = &holders->objects[object - 1];
        of->is_free |= of->is_semaphore;
        return;
    }
    if (--held->depth > 0)
        return;
    add(L, holders, task, held, at);
    drop(task, held);
}

/* The lock that the task gives while it waits for the condition: the
 * condition's own, if it took that one; NULL: it holds none. */
static struct held *lock_of(const struct holders *holders,
                            const struct task *task, uint32_t condition)
{
    uint32_t known = holders->objects[condition - 1].held_as;
    struct held *last = held_by(task, known);
    if (last || known != condition)
        return last;
    for (size_t i = 0; i < task->held_count; i++) {
        struct held *held = &task->held[i];
        if (!holders->objects[held->object - 1].is_lock)
            continue;
        if (!last || held->from > last->from ||
            (held->from == last->from && held->object > last->object))
            last = held;
    }
    return last;
}

/* A wait for a condition begins to sleep: what it gives it takes again when it
 * has ended. */
static void let_go(lua_State *L, struct holders *holders, struct task *task,
                   const struct pending *pending, uint32_t condition)
{
    struct held *held = lock_of(holders, task, condition);
    if (!held)
        return;
    for (size_t i = 0; i < task->pending_count; i++) {
        struct pending *later = &task->pending[i];
        if (later->span == pending->span && later->takes) {
            later->let_go = held->object;
            later->depth = held->depth;
        }
    }
    add(L, holders, task, held, pending->time);
    drop(task, held);
}

static void take_again(lua_State *L, struct task *task,
                       const struct pending *pending)
{
    if (!pending->let_go)
        return;
    struct held again = {pending->time, pending->let_go, pending->depth};
    struct held *held = held_by(task, pending->let_go);
    if (held)
        *held = again;
    else
        hold(L, task, again);
}

static void apply(lua_State *L, struct holders *holders, struct task *task,
                  const struct pending *pending)
{
    uint32_t object = spans_place(holders->run.spans, pending->span)->object;
    uint32_t held_as = holders->objects[object - 1].held_as;
    bool waits = holders->run.does[pending->span->place] == RUN_WAITS;
    if (waits && pending->takes)
        take_again(L, task, pending);
    else if (waits)
        let_go(L, holders, task, pending, object);
    else if (pending->takes)
        take(L, task, held_as, pending->time);
    else
        give(L, holders, task, held_as, pending->time);
}

static void defer(lua_State *L, struct task *task, const struct span *span,
                  int64_t time, bool takes)
{
    size_t at = task->pending_count;
    while (at > 0 && task->pending[at - 1].time > time)
        at--;
    task->pending = grown(L, task->pending, task->pending_count,
                          &task->pending_room, sizeof *task->pending);
    memmove(task->pending + at + 1, task->pending + at,
            (task->pending_count++ - at) * sizeof *task->pending);
    task->pending[at] =
        (struct pending){.time = time, .span = span, .takes = takes};
}

/* Does what comes by that time. */
static void catch_up(lua_State *L, struct holders *holders, struct task *task,
                     int64_t time)
{
    size_t done = 0;
    while (done < task->pending_count && task->pending[done].time <= time) {
        struct pending pending = task->pending[done++];
        apply(L, holders, task, &pending);
    }
    if (done == 0)
        return;
    task->pending_count -= done;
    memmove(task->pending, task->pending + done,
            task->pending_count * sizeof *task->pending);
}

static void take_span(lua_State *L, struct holders *holders,
                      const struct span *span)
{
    struct task *task = &holders->tasks[span->task - 1];
    uint32_t object = spans_place(holders->run.spans, span)->object;
    catch_up(L, holders, task, span->began);
    switch (holders->run.does[span->place]) {
    case RUN_TAKES:
        if (span->result == 0 && span->ended >= 0)
            defer(L, task, span, span->ended, true);
        break;
    case RUN_GIVES:
        if (holders->run.logical && span->ended >= 0)
            defer(L, task, span, span->ended, false);
        else
            give(L, holders, task, holders->objects[object - 1].held_as,
                 span->began);
        break;
    case RUN_WAITS:
        if (span->slept < 0)
            break;
        defer(L, task, span, span->slept, false);
        if (span->ended >= 0)
            defer(L, task, span, span->ended, true);
        break;
    default:
        break;
    }
}

/* ---- all of them ---- */

static void find(lua_State *L, struct holders *holders)
{
    const struct spans *spans = holders->run.spans;
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = spans_at(spans, i);
        uint8_t does = holders->run.does[span->place];
        if (does == RUN_TAKES || does == RUN_GIVES || does == RUN_WAITS)
            take_span(L, holders, span);
    }
    for (size_t i = 0; i < holders->task_count; i++)
        catch_up(L, holders, &holders->tasks[i], INT64_MAX);
}

static void drop_free(struct holders *holders)
{
    struct hold *list = holders->list->items;
    size_t kept = 0;
    for (size_t i = 0; i < holders->list->count; i++)
        if (!holders->objects[list[i].object - 1].is_free)
            list[kept++] = list[i];
    holders->list->count = kept;
}

static int by_object(const void *left, const void *right)
{
    const struct held *a = left, *b = right;
    return a->object < b->object ? -1 : a->object > b->object;
}

/* Those that are never given back. */
static void close_all(lua_State *L, struct holders *holders)
{
    for (size_t i = 0; i < holders->task_count; i++) {
        struct task *task = &holders->tasks[i];
        if (task->held_count > 1)
            qsort(task->held, task->held_count, sizeof *task->held, by_object);
        for (size_t k = 0; k < task->held_count; k++)
            if (!holders->objects[task->held[k].object - 1].is_free)
                add(L, holders, task, &task->held[k],
                    holders->run.tasks[i].ended);
    }
}

static struct object object_of(lua_State *L, size_t number, size_t count)
{
    struct object object = {.held_as = (uint32_t)number};
    lua_geti(L, -1, (lua_Integer)number);
    lua_getfield(L, -1, "kind");
    const char *kind = lua_tostring(L, -1);
    object.is_semaphore = kind && strcmp(kind, "semaphore") == 0;
    object.is_lock =
        kind && (strcmp(kind, "lock") == 0 || strcmp(kind, "rlock") == 0);
    lua_getfield(L, -2, "lock");
    lua_Integer lock = lua_tointeger(L, -1);
    if (lock >= 1 && (size_t)lock <= count)
        object.held_as = (uint32_t)lock;
    lua_pop(L, 3);
    return object;
}

/* Pushes what keeps the objects of the model at `index`. */
static void push_objects(lua_State *L, int index, struct holders *holders)
{
    size_t count = holders->run.object_count;
    holders->objects = list_push_zeros(L, count, sizeof *holders->objects);
    lua_getfield(L, index, "objects");
    for (size_t i = 0; i < count; i++)
        holders->objects[i] = object_of(L, i + 1, count);
    lua_pop(L, 1);
}

int holders_of(lua_State *L)
{
    lua_settop(L, 2);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    struct holders *holders = push_holders(L);
    holders->list = list_push(L, sizeof(struct hold));
    int list = lua_gettop(L);
    holders->run = run_push(L, 1);
    run_push_does(L, &holders->run, 2);
    push_objects(L, 1, holders);
    size_t count = holders->run.task_count;
    holders->tasks = calloc(count + 1, sizeof *holders->tasks);
    if (!holders->tasks)
        return luaL_error(L, "not enough memory");
    holders->task_count = count;
    find(L, holders);
    drop_free(holders);
    close_all(L, holders);
    list_sort(L, holders->list);
    holders_push(L, list);
    return 1;
}
