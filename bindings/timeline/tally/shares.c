#include "timeline/tally/shares.h"

#include <math.h>

#include <lauxlib.h>

#include "timeline/tally/holders.h"
#include "timeline/tally/list.h"
#include "timeline/tally/run.h"

struct cells {
    int64_t from, to;
    double each; /* time of a cell */
    size_t count;
};

struct share {
    double waits, sleeps, busy, holds;
    bool is_active; /* something began or ended there */
};

struct shares {
    struct run run;
    struct cells cells;
    struct share *list; /* a task after the other, and its cells */
};

/* Of the arguments at `index`: from, to, cells. */
static struct cells cells_of(lua_State *L, int index)
{
    int64_t from = luaL_checkinteger(L, index);
    int64_t to = luaL_checkinteger(L, index + 1);
    lua_Integer count = luaL_checkinteger(L, index + 2);
    luaL_argcheck(L, from < to, index + 1, "an empty range");
    luaL_argcheck(L, count > 0 && count < INT16_MAX, index + 2, "no cells");
    return (struct cells){from, to, (double)(to - from) / (double)count,
                          (size_t)count};
}

/* Of a time within the range; from 0. */
static size_t cell_at(const struct cells *cells, int64_t time)
{
    size_t cell = (size_t)((double)(time - cells->from) / cells->each);
    return cell < cells->count ? cell : cells->count - 1;
}

/* Adds to `share`, and to those that come `step` bytes behind it, how much of
 * each cell lies within the time; `share` is of the first cell. */
static void add(const struct cells *cells, double *share, size_t step,
                int64_t from, int64_t to)
{
    from = from > cells->from ? from : cells->from;
    to = to < cells->to ? to : cells->to;
    if (to <= from)
        return;
    size_t first = cell_at(cells, from), last = cell_at(cells, to);
    double begin = (double)(from - cells->from) / cells->each;
    double end = (double)(to - cells->from) / cells->each;
    for (size_t cell = first; cell <= last; cell++) {
        double left = fmax(begin, (double)cell);
        double right = cell == last ? end : fmin(end, (double)cell + 1);
        *(double *)((char *)share + cell * step) += fmax(right - left, 0);
    }
}

static struct share *row_of(const struct shares *shares, uint32_t task)
{
    return &shares->list[(task - 1) * shares->cells.count];
}

static void note(const struct cells *cells, struct share *row, int64_t time)
{
    if (time >= cells->from && time <= cells->to)
        row[cell_at(cells, time)].is_active = true;
}

static void take(const struct shares *shares, const struct span *span)
{
    const struct cells *cells = &shares->cells;
    struct share *row = row_of(shares, span->task);
    size_t step = sizeof *row;
    note(cells, row, span->began);
    note(cells, row, span->ended);
    if (span->slept < 0) {
        add(cells, &row->busy, step, span->began, span->ended);
        return;
    }
    int64_t over = run_wait_end(&shares->run, span);
    bool sleeps = shares->run.is_sleep[span->place];
    add(cells, sleeps ? &row->sleeps : &row->waits, step, span->slept, over);
    add(cells, &row->busy, step, span->began, span->slept);
    add(cells, &row->busy, step, over, span->ended);
}

static void take_all(const struct shares *shares, const struct list *list)
{
    const struct spans *spans = shares->run.spans;
    const struct hold *holds = list->items;
    for (size_t i = 0; i < spans->count; i++)
        take(shares, spans_at(spans, i));
    for (size_t i = 0; i < list->count; i++) {
        if (holds[i].task > shares->run.task_count)
            continue;
        struct share *row = row_of(shares, holds[i].task);
        add(&shares->cells, &row->holds, sizeof *row, holds[i].from,
            holds[i].to);
    }
}

/* at(task, cell); its upvalues keep the shares. */
static int share_at(lua_State *L)
{
    const struct list *list = lua_touserdata(L, lua_upvalueindex(1));
    lua_Integer cells = lua_tointeger(L, lua_upvalueindex(2));
    lua_Integer task = luaL_checkinteger(L, 1), cell = luaL_checkinteger(L, 2);
    luaL_argcheck(L, cell >= 1 && cell <= cells, 2, "no such cell");
    luaL_argcheck(L, task >= 1 && task <= (lua_Integer)list->count / cells, 1,
                  "no such task");
    const struct share *share =
        &((const struct share *)list->items)[(task - 1) * cells + cell - 1];
    lua_pushnumber(L, share->waits);
    lua_pushnumber(L, share->sleeps);
    lua_pushnumber(L, share->busy);
    lua_pushnumber(L, share->holds);
    lua_pushboolean(L, share->is_active);
    return 5;
}

int shares_of(lua_State *L)
{
    struct shares shares = {.cells = cells_of(L, 3)};
    const struct list *holds = holders_list(L, 2);
    lua_settop(L, 5);
    shares.run = run_push(L, 1);
    size_t count = shares.run.task_count * shares.cells.count;
    shares.list = list_push_zeros(L, count, sizeof *shares.list);
    take_all(&shares, holds);
    lua_pushinteger(L, (lua_Integer)shares.cells.count);
    lua_pushcclosure(L, share_at, 2);
    return 1;
}

static void push_numbers(lua_State *L, const double *numbers, size_t count)
{
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushnumber(L, numbers[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* What is drawn of the locks that are asked for. */
struct locks {
    struct run run;
    struct cells cells;
    uint32_t *numbers;     /* of object n: numbers[n] - 1 is its own, 0: none */
    double *held, *wanted; /* a lock after the other, and its cells */
};

static void add_to(const struct locks *locks, double *shares, uint32_t object,
                   int64_t from, int64_t to)
{
    uint32_t number = locks->numbers[object];
    if (number)
        add(&locks->cells, shares + (number - 1) * locks->cells.count,
            sizeof *shares, from, to);
}

static void take_locks(const struct locks *locks, const struct list *list)
{
    const struct spans *spans = locks->run.spans;
    const struct hold *holds = list->items;
    for (size_t i = 0; i < list->count; i++)
        if (holds[i].object <= locks->run.object_count)
            add_to(locks, locks->held, holds[i].object, holds[i].from,
                   holds[i].to);
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = spans_at(spans, i);
        if (span->slept >= 0)
            add_to(locks, locks->wanted, spans_place(spans, span)->object,
                   span->slept, run_wait_end(&locks->run, span));
    }
}

/* Of the list of objects at `index`; returns how many there are. */
static size_t number_objects(lua_State *L, int index, struct locks *locks)
{
    uint32_t count = (uint32_t)lua_rawlen(L, index);
    for (uint32_t i = 1; i <= count; i++) {
        lua_geti(L, index, i);
        lua_Integer object = lua_tointeger(L, -1);
        luaL_argcheck(L,
                      object >= 1 && (size_t)object <= locks->run.object_count,
                      index, "there is no such object");
        locks->numbers[object] = i;
        lua_pop(L, 1);
    }
    return count;
}

int shares_of_locks(lua_State *L)
{
    struct locks locks = {.cells = cells_of(L, 4)};
    const struct list *holds = holders_list(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 6);
    locks.run = run_push(L, 1);
    locks.numbers =
        list_push_zeros(L, locks.run.object_count + 1, sizeof *locks.numbers);
    size_t cells = locks.cells.count, count = number_objects(L, 3, &locks);
    locks.held = list_push_zeros(L, count * cells, sizeof *locks.held);
    locks.wanted = list_push_zeros(L, count * cells, sizeof *locks.wanted);
    take_locks(&locks, holds);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(L, 0, 2);
        push_numbers(L, locks.held + i * cells, cells);
        lua_setfield(L, -2, "held");
        push_numbers(L, locks.wanted + i * cells, cells);
        lua_setfield(L, -2, "wanted");
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}
