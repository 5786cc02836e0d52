#include "timeline/tally/fills.h"

#include <lauxlib.h>

#include "timeline/read/columns.h"
#include "timeline/tally/list.h"
#include "timeline/tally/map.h"
#include "timeline/tally/run.h"

/* A get that may have begun before its put: that is known when all are read. */
struct late {
    uint64_t message;
    size_t at; /* of the object's moments */
    uint32_t object;
};

/* Where some operations were lost: what was put, got, and when the last of the
 * gets with a number ended. */
struct known {
    struct map *put, *got;
    int64_t *last; /* of object n: last[n - 1] */
};

struct fills {
    struct run run;
    struct known known;    /* put: NULL, if nothing was lost */
    struct map *put;       /* when each message was put that was not yet got */
    struct list **moments; /* by object as above, int64_t; NULL: none */
    struct list *late;
    int lists; /* the table that keeps them */
};

/* A moment is its time twice, and one more where something came: numbers are
 * sorted fast. */
static int64_t came_at(int64_t time)
{
    return time * 2 + 1;
}

static int64_t went_at(int64_t time)
{
    return time * 2;
}

/* Whether the span put or got a message.  A nil that was got is a message, too,
 * and looks like one that was not. */
static bool moves(const struct fills *fills, const struct span *span)
{
    uint8_t does = fills->run.does[span->place];
    return span->ended >= 0 && (span->message != 0 || span->result == 0) &&
           (does == RUN_PUTS || does == RUN_GETS);
}

static bool is_put(const struct fills *fills, const struct span *span)
{
    return fills->run.does[span->place] == RUN_PUTS;
}

static uint32_t object_of(const struct fills *fills, const struct span *span)
{
    return spans_place(fills->run.spans, span)->object;
}

/* ---- where operations were lost ---- */

static void know(lua_State *L, struct fills *fills)
{
    const struct spans *spans = fills->run.spans;
    struct known *known = &fills->known;
    known->put = map_push(L);
    known->got = map_push(L);
    known->last =
        list_push_zeros(L, fills->run.object_count, sizeof *known->last);
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = spans_at(spans, i);
        if (!moves(fills, span) || span->message == 0)
            continue;
        uint32_t object = object_of(fills, span);
        uint64_t message = (uint64_t)span->message;
        if (is_put(fills, span)) {
            map_set(L, known->put, object, message);
            continue;
        }
        map_set(L, known->got, object, message);
        if (span->ended > known->last[object - 1])
            known->last[object - 1] = span->ended;
    }
}

/* Whether the other side of this one is known, or is to come. */
static bool is_whole(const struct fills *fills, const struct span *span)
{
    const struct known *known = &fills->known;
    uint32_t object = object_of(fills, span);
    uint64_t message = (uint64_t)span->message;
    if (!known->put || message == 0)
        return true;
    if (!is_put(fills, span))
        return map_find(known->put, object, message) != NULL;
    return map_find(known->got, object, message) ||
           span->began > known->last[object - 1];
}

/* ---- the moments ---- */

static struct list *moments_of(lua_State *L, struct fills *fills,
                               uint32_t object)
{
    struct list **moments = &fills->moments[object - 1];
    if (*moments)
        return *moments;
    *moments = list_push(L, sizeof(int64_t));
    lua_seti(L, fills->lists, object);
    return *moments;
}

static int64_t taken_at(const struct span *span)
{
    if (span->slept < 0)
        return span->began;
    int64_t over = span->slept + span->waited;
    return over < span->ended ? over : span->ended;
}

static void take_get(lua_State *L, struct fills *fills, const struct span *span,
                     struct list *moments, int64_t *moment)
{
    uint32_t object = object_of(fills, span);
    uint64_t message = (uint64_t)span->message;
    int64_t at = taken_at(span);
    const int64_t *put = message ? map_find(fills->put, object, message) : NULL;
    *moment = went_at(put && *put > at ? *put : at);
    if (put) {
        map_remove(fills->put, object, message);
    } else if (message) {
        struct late *late = list_add(L, fills->late);
        *late = (struct late){message, moments->count - 1, object};
    }
}

static void take(lua_State *L, struct fills *fills, const struct span *span)
{
    uint32_t object = object_of(fills, span);
    struct list *moments = moments_of(L, fills, object);
    if (!is_whole(fills, span))
        return;
    int64_t *moment = list_add(L, moments);
    *moment = went_at(span->ended);
    if (is_put(fills, span)) {
        *moment = came_at(span->ended);
        if (span->message != 0)
            *map_set(L, fills->put, object, (uint64_t)span->message) =
                span->ended;
    } else if (!fills->run.logical) {
        take_get(L, fills, span, moments, moment);
    }
}

static void take_all(lua_State *L, struct fills *fills)
{
    const struct spans *spans = fills->run.spans;
    for (size_t i = 0; i < spans->count; i++)
        if (moves(fills, spans_at(spans, i)))
            take(L, fills, spans_at(spans, i));
    const struct late *late = fills->late->items;
    for (size_t i = 0; i < fills->late->count; i++) {
        const int64_t *put =
            map_find(fills->put, late[i].object, late[i].message);
        int64_t *moments = fills->moments[late[i].object - 1]->items;
        if (put && went_at(*put) > moments[late[i].at])
            moments[late[i].at] = went_at(*put);
    }
}

/* ---- the curves ---- */

static int64_t get_time(const void *owner, size_t index)
{
    const struct list *times = owner;
    return ((const int64_t *)times->items)[index];
}

static int64_t get_count(const void *owner, size_t index)
{
    const struct list *counts = owner;
    return ((const uint32_t *)counts->items)[index];
}

/* Makes of the sorted moments the times, in the same list, and their counts.
 * What is put and got at one time passes: it is seen where there is nothing
 * else.  Returns the most there were. */
static uint32_t count_moments(lua_State *L, struct list *moments,
                              struct list *counts)
{
    int64_t *times = moments->items;
    size_t count = moments->count, told = 0;
    uint32_t now = 0, most = 0;
    for (size_t i = 0; i < count;) {
        int64_t time = times[i] / 2;
        uint32_t came = 0, went = 0, before = now;
        for (; i < count && times[i] / 2 == time; i++) {
            came += times[i] & 1;
            went += !(times[i] & 1);
        }
        now = now + came > went ? now + came - went : 0;
        if (came > 0 && went > 0 && before == 0 && now == 0) {
            times[told++] = time;
            *(uint32_t *)list_add(L, counts) = 1;
            most = most < 1 ? 1 : most;
        }
        times[told++] = time;
        *(uint32_t *)list_add(L, counts) = now;
        most = now > most ? now : most;
    }
    moments->count = told;
    return most;
}

/* Of the list on top, which it replaces. */
static void push_curve(lua_State *L)
{
    struct list *times = lua_touserdata(L, -1);
    list_sort(L, times);
    struct list *counts = list_push(L, sizeof(uint32_t));
    uint32_t most = count_moments(L, times, counts);
    lua_createtable(L, 0, 3);
    column_push(L, -3, times, times->count, get_time);
    lua_setfield(L, -2, "times");
    column_push(L, -2, counts, counts->count, get_count);
    lua_setfield(L, -2, "counts");
    lua_pushinteger(L, most);
    lua_setfield(L, -2, "most");
    lua_replace(L, -3);
    lua_pop(L, 1);
}

int fills_of(lua_State *L)
{
    lua_settop(L, 2);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    struct fills fills = {.run = run_push(L, 1)};
    run_push_does(L, &fills.run, 2);
    size_t count = fills.run.object_count;
    fills.moments = list_push_zeros(L, count, sizeof *fills.moments);
    fills.late = list_push(L, sizeof(struct late));
    lua_newtable(L);
    fills.lists = lua_gettop(L);
    if (fills.run.has_lost)
        know(L, &fills);
    fills.put = map_push(L);
    take_all(L, &fills);
    map_free(fills.put);
    list_free(fills.late);
    lua_createtable(L, 0, 8);
    for (size_t i = 0; i < count; i++) {
        if (!fills.moments[i] || fills.moments[i]->count == 0)
            continue;
        lua_geti(L, fills.lists, (lua_Integer)i + 1);
        push_curve(L);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* What stood in it before the first piece counts in that piece. */
int fills_fullest(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    int64_t from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
    lua_Integer cells = luaL_checkinteger(L, 4);
    lua_settop(L, 1);
    lua_getfield(L, 1, "times");
    const struct list *times = column_owner(L, -1, get_time);
    lua_getfield(L, 1, "counts");
    const struct list *counts = column_owner(L, -1, get_count);
    double each = (double)(to > from ? to - from : 1) / (double)cells;
    int64_t now = 0;
    size_t at = 0;
    for (; at < times->count && get_time(times, at) < from; at++)
        now = get_count(counts, at);
    lua_newtable(L);
    for (lua_Integer cell = 1; cell <= cells; cell++) {
        double last = (double)from + (double)cell * each;
        int64_t most = now;
        for (; at < times->count && (double)get_time(times, at) <= last; at++) {
            now = get_count(counts, at);
            most = now > most ? now : most;
        }
        lua_pushinteger(L, most);
        lua_seti(L, -2, cell);
    }
    return 1;
}
