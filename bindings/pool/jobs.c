#include "pool/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "pool/workers.h"

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

static void unlink_ticket(struct pool *pool, const struct ticket *ticket)
{
    if (ticket->previous)
        pool->tickets[ticket->previous - 1].next = ticket->next;
    else
        pool->attended_first = ticket->next;
    if (ticket->next)
        pool->tickets[ticket->next - 1].previous = ticket->previous;
    else
        pool->attended_last = ticket->previous;
}

void pool_hasten(struct pool *pool, uint32_t job)
{
    struct ticket *ticket = &pool->tickets[job];
    if (!ticket->previous)
        return;
    unlink_ticket(pool, ticket);
    ticket->previous = 0;
    ticket->next = pool->attended_first;
    pool->tickets[ticket->next - 1].previous = job + 1;
    pool->attended_first = job + 1;
}

void pool_unattend(struct pool *pool, uint32_t job)
{
    struct ticket *ticket = &pool->tickets[job];
    unlink_ticket(pool, ticket);
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

/* Keeps the function alive as the last one: its code need not be dumped again
 * for the next call. */
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

bool pool_await_room(lua_State *L, struct pool *pool, const char *call,
                     tl_deadline deadline)
{
    struct tl_board_progress progress;
    if (!pool->queue)
        return true;
    for (;;) {
        pool_tend(L, pool);
        pool_check_open(L, pool, call);
        tl_board_progress(pool->board, &progress);
        if (progress.listed < pool->queue)
            return true;
        /* a worker has died since: what there is to wait for has changed */
        if (progress.deaths != pool->deaths)
            continue;
        context_state = L;
        int status = tl_board_await_room(pool->board, pool->queue,
                                         progress.finishes, deadline);
        if (status == TL_TIMEOUT)
            return false;
        if (status < 0)
            result_failure(L, pool->board, call, status);
    }
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
    while (message_try_again(L, status, &out, &tried));
    codec_done(&out);
    if (status < 0)
        result_failure(L, pool->board, call, status);
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

void pool_begin(lua_State *L, struct pool *pool, const char *call)
{
    int status = tl_board_begin(pool->board, call);
    if (status < 0)
        result_failure(L, pool->board, call, status);
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
    context_state = L;
    int status =
        tl_board_await(pool->board, seen, pool->called ? 1 : more, deadline);
    if (status < 0 && status != TL_TIMEOUT)
        result_failure(L, pool->board, call, status);
    return status;
}

/* ---- results ---- */

int pool_push_results(lua_State *L, struct pool *pool, uint32_t job)
{
    struct tl_parcel parcel;
    tl_board_result(pool->board, job, &parcel);
    return message_receive(L, &parcel);
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
        message_receive(L, &parcel);
    if (lua_type(L, -1) == LUA_TSTRING) {
        lua_pushfstring(L, "%s: %s: ", title, call);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
}

void pool_fill_list(lua_State *L, struct pool *pool, const uint32_t *first,
                    int list)
{
    lua_Integer from = 1;
    int64_t job = *first;
    while (job >= 0) {
        struct tl_parcel parcel;
        tl_board_result(pool->board, (uint32_t)job, &parcel);
        from += message_receive_list(L, &parcel, list, from);
        if (*first == TL_JOB_SETTLED)
            return; /* with its jobs, and maybe the pool */
        job = tl_board_member(pool->board, (uint32_t)job);
    }
}
