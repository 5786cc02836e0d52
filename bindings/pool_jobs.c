/* Jobs of a pool: tickets, waits, results; and callbacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "pool.h"
#include "support.h"
#include "userdata.h"

/* ---- tickets ---- */

static bool reserve_ticket(struct pool *pool, uint32_t job)
{
    if (job < pool->ticket_room)
        return true;
    uint32_t room = pool->ticket_room ? 2 * pool->ticket_room : 64;
    while (room <= job)
        room *= 2;
    struct ticket *grown = realloc(pool->tickets, room * sizeof *grown);
    if (!grown)
        return false;
    memset(grown + pool->ticket_room, 0,
           (room - pool->ticket_room) * sizeof *grown);
    pool->tickets = grown;
    pool->ticket_room = room;
    return true;
}

void pool_attend(struct pool *pool, uint32_t job, enum pool_use use)
{
    struct ticket *ticket = &pool->tickets[job];
    ticket->use = (unsigned char)use;
    ticket->next = 0;
    ticket->previous = pool->attended_last;
    if (pool->attended_last)
        pool->tickets[pool->attended_last - 1].next = job + 1;
    else
        pool->attended_first = job + 1;
    pool->attended_last = job + 1;
    pool->attended++;
    if (use == POOL_CALLED && pool->called++ == 0)
        tl_board_attend(pool->board, true);
}

void pool_unattend(struct pool *pool, uint32_t job)
{
    struct ticket *ticket = &pool->tickets[job];
    if (ticket->previous)
        pool->tickets[ticket->previous - 1].next = ticket->next;
    else
        pool->attended_first = ticket->next;
    if (ticket->next)
        pool->tickets[ticket->next - 1].previous = ticket->previous;
    else
        pool->attended_last = ticket->previous;
    pool->attended--;
    if (ticket->use == POOL_CALLED && --pool->called == 0)
        tl_board_attend(pool->board, false);
    ticket->use = POOL_HELD;
}

void pool_release(struct pool *pool, uint32_t job)
{
    pool->tickets[job].use = POOL_FREE;
    tl_board_release(pool->board, job);
}

static bool has_ended(enum tl_job_state state)
{
    return state == TL_JOB_DONE || state == TL_JOB_FAILED ||
           state == TL_JOB_CANCELLED;
}

bool pool_job_ended(const struct pool *pool, uint32_t job)
{
    return has_ended(tl_board_state(pool->board, job, NULL));
}

void pool_drop(struct pool *pool, uint32_t job, bool withdraw)
{
    if (withdraw)
        tl_board_cancel(pool->board, job, NULL);
    if (pool_job_ended(pool, job))
        pool_release(pool, job);
    else
        pool_attend(pool, job, POOL_DROPPED);
}

void pool_drop_all(struct pool *pool, uint32_t first, bool withdraw)
{
    for (int64_t job = first, next; job >= 0; job = next) {
        next = tl_board_member(pool->board, (uint32_t)job);
        pool_drop(pool, (uint32_t)job, withdraw);
    }
}

bool pool_cancel(lua_State *L, struct pool *pool, uint32_t job)
{
    uint32_t task;
    pool_tend(L, pool);
    if (tl_board_cancel(pool->board, job, &task) != TL_OK)
        return false;
    if (task) {
        pool_kill(pool, task);
        pool_tend(L, pool);
    }
    return true;
}

/* ---- submitting and waiting ---- */

/* The code of one function after the other need not be dumped for each call. */
static void keep_function(lua_State *L, struct pool *pool, int function)
{
    const void *identity = lua_topointer(L, function);
    if (pool->codes.last == identity)
        return;
    lua_rawgeti(L, LUA_REGISTRYINDEX, pool->last_function);
    lua_pushvalue(L, function);
    lua_rawseti(L, -2, 1);
    lua_pop(L, 1);
    pool->codes.last = identity;
    pool->codes.last_number = -1;
}

static int try_submit(struct pool *pool, const struct codec_out *out,
                      int64_t after, uint32_t *job)
{
    int64_t number = tl_board_submit(pool->board, &out->message, after);
    if (number < 0)
        return (int)number;
    *job = (uint32_t)number;
    return TL_OK;
}

uint32_t pool_submit(lua_State *L, struct pool *pool, const char *call,
                     struct codec_call *what, int64_t after)
{
    struct codec_out out;
    uint32_t job = 0;
    what->codes = &pool->codes;
    if (what->function)
        keep_function(L, pool, what->function);
    if (!codec_encode_call(L, what, &out))
        misuse(L, pool->board, call, "%s", lua_tostring(L, -1));
    bool tried = false;
    int status;
    do
        status = try_submit(pool, &out, after, &job);
    while (try_to_send_again(L, status, &out, &tried));
    codec_done(&out);
    if (status < 0)
        failure(L, pool->board, call, status);
    if (!reserve_ticket(pool, job)) {
        tl_board_cancel(pool->board, job, NULL);
        luaL_error(L, "not enough memory");
    }
    pool->tickets[job] = (struct ticket){.use = POOL_HELD,
                                         .retries = pool->retry,
                                         .callback = LUA_NOREF,
                                         .on_error = LUA_NOREF};
    return job;
}

uint64_t pool_seen(const struct pool *pool)
{
    struct tl_board_progress progress;
    tl_board_progress(pool->board, &progress);
    return progress.finishes;
}

int pool_wait(lua_State *L, struct pool *pool, const char *call, uint64_t seen,
              uint64_t more, tl_deadline deadline)
{
    support_state = L;
    int status = tl_board_await(pool->board, seen, pool->called ? 1 : more,
                                deadline);
    if (status < 0 && status != TL_TIMEOUT)
        failure(L, pool->board, call, status);
    return status;
}

/* ---- results ---- */

static int decode_results(lua_State *L, const struct tl_parcel *parcel)
{
    return codec_decode(L, parcel->data, parcel->size, parcel->refs,
                        parcel->ref_count, message_allow(0));
}

int pool_push_results(lua_State *L, struct pool *pool, uint32_t job)
{
    struct tl_parcel parcel;
    tl_board_result(pool->board, job, &parcel);
    return decode_results(L, &parcel);
}

void pool_push_error(lua_State *L, struct pool *pool, uint32_t job,
                     const char *call)
{
    char title[TL_TEXT_SIZE];
    tl_title(pool->board, title, sizeof title);
    if (tl_board_state(pool->board, job, NULL) == TL_JOB_CANCELLED) {
        lua_pushfstring(L, "%s: %s: cancelled", title, call);
        return;
    }
    struct tl_parcel parcel;
    tl_board_result(pool->board, job, &parcel);
    if (parcel.size == 0)
        lua_pushliteral(L, "its worker died");
    else
        decode_results(L, &parcel);
    if (lua_type(L, -1) == LUA_TSTRING) {
        lua_pushfstring(L, "%s: %s: %s", title, call, lua_tostring(L, -1));
        lua_remove(L, -2);
    }
}

void pool_fill_list(lua_State *L, struct pool *pool, uint32_t first, int list)
{
    lua_Integer from = 1;
    for (int64_t job = first; job >= 0;
         job = tl_board_member(pool->board, (uint32_t)job)) {
        struct tl_parcel parcel;
        tl_board_result(pool->board, (uint32_t)job, &parcel);
        from += codec_decode_list(L, parcel.data, parcel.size, parcel.refs,
                                  parcel.ref_count, message_allow(0), list,
                                  from);
    }
}

/* ---- callbacks ---- */

static int traceback(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* A callback's error has nobody to go to but the screen. */
static void report(lua_State *L, const struct pool *pool)
{
    char title[TL_TEXT_SIZE];
    size_t size;
    tl_title(pool->board, title, sizeof title);
    const char *text = lua_pushfstring(
        L, "tidelock: a callback of %s failed: %s\n", title,
        lua_tostring(L, -1));
    size = lua_rawlen(L, -1);
    fflush(stdout);
    tl_output(2, text, size);
}

/* Releases the jobs of a future and the references of its ticket; the callback
 * that is due is left on the stack, or nil. */
static void take_callback(lua_State *L, struct pool *pool, uint32_t first,
                          bool ok)
{
    struct ticket *ticket = &pool->tickets[first];
    lua_rawgeti(L, LUA_REGISTRYINDEX,
                ok ? ticket->callback : ticket->on_error);
    luaL_unref(L, LUA_REGISTRYINDEX, ticket->callback);
    luaL_unref(L, LUA_REGISTRYINDEX, ticket->on_error);
    ticket->callback = ticket->on_error = LUA_NOREF;
}

/* Arguments: pool, its future's first job, whether it was done, the job that
 * failed. */
static int call_back(lua_State *L)
{
    struct pool *pool = lua_touserdata(L, 1);
    uint32_t first = (uint32_t)lua_tointeger(L, 2);
    bool ok = lua_toboolean(L, 3), list = pool->tickets[first].list;
    take_callback(L, pool, first, ok);
    if (lua_isnil(L, -1))
        return 0;
    int function = lua_gettop(L), count = 1;
    if (!ok) {
        pool_push_error(L, pool, (uint32_t)lua_tointeger(L, 4), "apply_async");
    } else if (list) {
        lua_newtable(L);
        pool_fill_list(L, pool, first, function + 1);
    } else {
        count = pool_push_results(L, pool, first);
    }
    lua_call(L, count, 0);
    return 0;
}

/* The future's callback, in its own time; true: it was due. */
static bool try_call_back(lua_State *L, struct pool *pool, uint32_t first)
{
    uint32_t failed = first;
    int ended = tl_board_look(pool->board, first, &failed);
    if (!ended)
        return false;
    pool_unattend(pool, first);
    lua_pushcfunction(L, traceback);
    lua_pushcfunction(L, call_back);
    lua_pushlightuserdata(L, pool);
    lua_pushinteger(L, first);
    lua_pushboolean(L, ended == 2);
    lua_pushinteger(L, failed);
    int top = lua_gettop(L) - 6;
    if (lua_pcall(L, 4, 0, top + 1) != LUA_OK)
        report(L, pool);
    lua_settop(L, top);
    if (pool->tickets[first].orphan)
        pool_drop_all(pool, first, false);
    return true;
}

/* Jobs end about in the order in which they were given: behind more that have
 * not than there are workers, none has. */
void pool_sweep(lua_State *L, struct pool *pool, bool callbacks)
{
    int patience = 2 * pool->count + 2;
    uint32_t at = pool->attended_first;
    pool->swept = pool_seen(pool);
    while (at && patience > 0) {
        uint32_t job = at - 1;
        at = pool->tickets[job].next;
        if (pool->tickets[job].use == POOL_CALLED) {
            if (!callbacks || !try_call_back(L, pool, job))
                patience--;
            else
                at = pool->attended_first;
        } else if (pool_job_ended(pool, job)) {
            pool_unattend(pool, job);
            pool_release(pool, job);
        } else {
            patience--;
        }
    }
}

/* ---- while this thread waits ---- */

static _Thread_local int paused;
_Thread_local lua_State *pool_stage;

static bool needs_care(const struct pool *pool)
{
    struct tl_board_progress progress;
    if ((pool->terminated && !pool->called) ||
        !tl_board_is_owner(pool->board))
        return false;
    tl_board_progress(pool->board, &progress);
    return (!pool->terminated && progress.deaths != pool->deaths) ||
           (pool->called && progress.finishes != pool->swept);
}

static bool is_due(void)
{
    for (struct pool *pool = pool_first(); pool && !paused; pool = pool->next)
        if (needs_care(pool))
            return true;
    return false;
}

/* A callback may drop any pool: so each is held, and looked for again. */
static int run_due(lua_State *L)
{
    for (struct pool *pool = pool_first(); pool; pool = pool->next) {
        luaL_checkstack(L, LUA_MINSTACK, "too many pools");
        if (needs_care(pool))
            object_push(L, tl_handle_ref(pool->board));
    }
    for (int i = 1, count = lua_gettop(L); i <= count; i++) {
        struct tl_handle *board = object_test(L, i);
        struct pool *pool = board ? pool_find(board) : NULL;
        if (!pool)
            continue;
        pool_tend(L, pool);
        if (pool->called)
            pool_sweep(L, pool, true);
    }
    return 0;
}

/* What a wait is about to send may lie in strings that only it knows: nothing
 * is collected meanwhile. */
static void run(void)
{
    lua_State *L = pool_stage, *waits = support_state;
    bool collects = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    int top = lua_gettop(L);
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, run_due);
    lua_pcall(L, 0, 0, 0);
    lua_settop(L, top);
    if (collects)
        lua_gc(L, LUA_GCRESTART, 0);
    support_state = waits;
}

void pool_hooks(bool on)
{
    tl_idle_due = on ? is_due : NULL;
    tl_idle_run = on ? run : NULL;
}

void pool_hooks_pause(bool on)
{
    paused += on ? 1 : -1;
}
