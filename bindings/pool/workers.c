#include "pool/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "process/child.h"
#include "process/ended.h"
#include "process/files.h"
#include "process/foster.h"
#include "process/inherited_ends.h"
#include "signals/care.h"

#define TEXT_SIZE 1024
#define STILLBORN_MOST 100 /* for each worker of the pool */

/* ---- a worker's process: callbacks would find the pool between two states, so
 * none runs as these begin ---- */

static int start_process(const struct worker *worker,
                         const struct tl_handle *const *given, size_t count)
{
    care_pause(true);
    int started = tl_process_start(&worker->process, given, count);
    if (started == 0)
        care_forget();
    else
        care_pause(false);
    return started;
}

static void kill_process(const struct worker *worker)
{
    care_pause(true);
    tl_process_signal(&worker->process, SIGKILL);
    care_pause(false);
}

static struct tl_process_info info_of(const struct worker *worker)
{
    struct tl_process_info info = {0};
    care_pause(true);
    tl_process_info(&worker->process, &info);
    care_pause(false);
    return info;
}

static int result_of(const struct worker *worker, bool *ok,
                     struct tl_parcel *parcel)
{
    care_pause(true);
    int status = tl_process_result(&worker->process, ok, parcel, TL_NOW);
    care_pause(false);
    return status;
}

static void await_end(const struct worker *worker)
{
    if (!worker->process.object)
        return;
    care_pause(true);
    tl_process_join(&worker->process, TL_FOREVER);
    care_pause(false);
}

/* ---- starting ---- */

static void name_next(const struct pool *pool, char *name)
{
    char own[TL_NAME_SIZE];
    unsigned number = (unsigned)tl_handle_name(pool->board, own);
    if (own[0])
        snprintf(name, TL_NAME_SIZE, "%.30s-worker-%u", own, pool->started + 1);
    else
        snprintf(name, TL_NAME_SIZE, "pool-%u-worker-%u", number,
                 pool->started + 1);
}

static int fork_worker(lua_State *L, struct pool *pool, struct worker *worker)
{
    size_t count;
    int top = lua_gettop(L);
    object_push(L, tl_handle_ref(pool->board));
    /* doomed: the collector has its userdata, and the new one lacks the job */
    pool->doomed = object_test(L, -1) != pool->board;
    if (pool->doomed) {
        lua_settop(L, top);
        return TL_DROPPED;
    }
    lua_getiuservalue(L, -1, 1);
    int job = lua_gettop(L);
    const struct tl_handle *const *given = inherited_ends_find(L, job, &count);
    files_flush(L); /* else the child would print it once more */
    int output = foster_open(&worker->process);
    int started = start_process(worker, given, count);
    if (started == 0) {
        foster_begin(output);
        child_run(L, job);
    }
    foster_started(started > 0 ? &worker->process : NULL, output);
    lua_settop(L, top);
    return started < 0 ? started : TL_OK;
}

int pool_start(lua_State *L, struct pool *pool, struct worker *worker)
{
    name_next(pool, worker->name);
    memset(&worker->process, 0, sizeof worker->process);
    worker->task = 0;
    int status = tl_process_new(&worker->process, worker->name, true);
    if (status == TL_OK)
        status = fork_worker(L, pool, worker);
    if (status < 0) {
        int error = errno;
        tl_handle_close(&worker->process);
        errno = error;
        return status;
    }
    struct tl_process_info info;
    tl_process_identity(&worker->process, &info);
    worker->task = info.task;
    worker->pid = info.pid;
    pool->started++;
    return TL_OK;
}

bool pool_has_workers(const struct pool *pool)
{
    for (int i = 0; i < pool->count; i++)
        if (pool->workers[i].process.object)
            return true;
    return false;
}

/* ---- how a worker died ---- */

static struct worker *worker_of(struct pool *pool, uint32_t task)
{
    for (int i = 0; i < pool->count; i++)
        if (pool->workers[i].process.object && pool->workers[i].task == task)
            return &pool->workers[i];
    return NULL;
}

/* Writes how the worker died, once it has: it may still be about to end. */
static void say_death(struct worker *worker, char *text, size_t size)
{
    char end[TEXT_SIZE / 2];
    await_end(worker);
    struct tl_process_info info = info_of(worker);
    ended_text(&info, end, sizeof end);
    snprintf(text, size, "worker %s (pid %d) died: %s%s", worker->name,
             (int)worker->pid,
             info.exit_known && info.exitcode < 0 ? "" : "it ", end);
}

static void fail_job(lua_State *L, struct pool *pool, uint32_t job,
                     const char *text)
{
    struct codec_out out;
    lua_pushstring(L, text);
    struct tl_message nothing = {0};
    if (codec_encode(L, lua_gettop(L), 1, "error", &out)) {
        tl_board_fail(pool->board, job, &out.message);
        codec_done(&out);
    } else {
        tl_board_fail(pool->board, job, &nothing);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* Settles a job whose worker died while it ran the job: the job runs again, or
 * fails. */
static void settle_job(lua_State *L, struct pool *pool, uint32_t job,
                       uint32_t task)
{
    struct ticket *ticket = &pool->tickets[job];
    struct worker *worker = worker_of(pool, task);
    char text[TEXT_SIZE] = "its worker died";
    if (ticket->retries > 0) {
        ticket->retries--;
        tl_board_retry(pool->board, job);
        return;
    }
    if (worker)
        say_death(worker, text, sizeof text);
    fail_job(L, pool, job, text);
}

static void settle_jobs(lua_State *L, struct pool *pool)
{
    for (uint32_t job = 0; job < pool->ticket_room; job++) {
        uint32_t task;
        if (pool->tickets[job].use != POOL_FREE &&
            tl_board_state(pool->board, job, &task) == TL_JOB_DIED)
            settle_job(L, pool, job, task);
    }
}

/* ---- replacing ---- */

static void become_broken(lua_State *L, struct pool *pool, const char *why)
{
    if (!pool->broken)
        pool->broken = strdup(why);
    pool_end(L, pool, why);
}

/* Writes the initializer's error, which is at the top.  The pool keeps a C
 * string, so a NUL byte, which would end it, becomes a space. */
static void say_failure(lua_State *L, char *text, size_t size)
{
    size_t length;
    const char *why = lua_tolstring(L, -1, &length);
    size_t at = (size_t)snprintf(text, size, "the initializer failed ");
    for (size_t i = 0; i < length && at < size - 1; i++)
        text[at++] = why[i];
    for (size_t i = 0; i < at; i++)
        text[i] = text[i] ? text[i] : ' ';
    text[at] = '\0';
}

/* Whether the worker ended by an error, and was not killed or ended in order.
 */
static bool has_failed(const struct worker *worker)
{
    return info_of(worker).exitcode == 1;
}

/* Whether the worker never came to work since its initializer raised; writes
 * what that was. */
static bool initializer_failed(lua_State *L, struct worker *worker, char *text,
                               size_t size)
{
    struct tl_parcel parcel;
    bool ok;
    int status = result_of(worker, &ok, &parcel);
    if (status == TL_EMPTY && tl_process_lost(&worker->process) < 0) {
        snprintf(text, size, "the initializer failed; its error was lost");
        return has_failed(worker);
    }
    if (status != TL_OK || ok)
        return false;
    int top = lua_gettop(L);
    if (message_receive(L, &parcel) > 0 && lua_type(L, -1) == LUA_TSTRING)
        say_failure(L, text, size);
    lua_settop(L, top);
    return true;
}

/* Whether to give the pool up: workers have died again and again, and none has
 * come to work in between.  A worker that was killed counts one, since the
 * fault may be another's; one that ended by itself counts ten, since the next
 * will do the same. */
static bool is_hopeless(struct pool *pool, const struct worker *worker)
{
    struct tl_board_progress progress;
    struct tl_process_info info = info_of(worker);
    tl_board_progress(pool->board, &progress);
    if (progress.readies != pool->readies)
        pool->stillborn = 0;
    pool->readies = progress.readies;
    pool->stillborn += info.exitcode < 0 ? 1 : STILLBORN_MOST / 10;
    return pool->stillborn > STILLBORN_MOST * (uint32_t)pool->count;
}

static void bury(lua_State *L, struct pool *pool, struct worker *worker)
{
    char text[TEXT_SIZE] = "the initializer failed";
    if (initializer_failed(L, worker, text, sizeof text)) {
        become_broken(L, pool, text);
    } else if (is_hopeless(pool, worker)) {
        say_death(worker, text, sizeof text);
        become_broken(L, pool, text);
    } else {
        tl_handle_close(&worker->process);
        worker->dead = false;
        pool->missing++;
    }
}

static bool is_dead(const struct pool *pool, struct worker *worker)
{
    /* one that is not started yet has no task */
    if (!worker->process.object || !worker->task ||
        !tl_board_has_left(pool->board, worker->task))
        return false;
    await_end(worker);
    return true;
}

static bool is_wanted(const struct pool *pool)
{
    struct tl_board_progress progress;
    tl_board_progress(pool->board, &progress);
    return !pool->broken && !pool->terminated &&
           (!pool->closed || progress.waiting);
}

/* Breaks the pool for a status; of TL_SYSTEM, errno says more. */
static void break_for(lua_State *L, struct pool *pool, int status)
{
    char why[TEXT_SIZE];
    if (status == TL_SYSTEM)
        snprintf(why, sizeof why, "%s: %m", tl_status_text(status));
    else
        snprintf(why, sizeof why, "%s", tl_status_text(status));
    become_broken(L, pool, why);
}

static void replace(lua_State *L, struct pool *pool)
{
    for (int i = 0; i < pool->count && pool->missing && is_wanted(pool); i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->process.object)
            continue;
        int status = pool_start(L, pool, worker);
        if (status == TL_OK)
            pool->missing--;
        else if (!pool_has_workers(pool))
            break_for(L, pool, status);
        else
            return; /* the other workers go on, and this is tried again */
    }
}

void pool_tend(lua_State *L, struct pool *pool)
{
    struct tl_board_progress progress;
    tl_board_progress(pool->board, &progress);
    if (progress.deaths != pool->deaths && !pool->terminated) {
        pool->deaths = progress.deaths;
        /* a worker that dies after this look is found by the next */
        for (int i = 0; i < pool->count; i++)
            pool->workers[i].dead = is_dead(pool, &pool->workers[i]);
        settle_jobs(L, pool);
        for (int i = 0; i < pool->count && !pool->terminated; i++)
            if (pool->workers[i].dead)
                bury(L, pool, &pool->workers[i]);
    }
    if (pool->missing)
        replace(L, pool);
}

/* ---- ending ---- */

void pool_kill(struct pool *pool, uint32_t task)
{
    struct worker *worker = worker_of(pool, task);
    if (!worker)
        return;
    kill_process(worker);
    await_end(worker);
}

static void fail_rest(lua_State *L, struct pool *pool, const char *why)
{
    for (uint32_t job = 0; job < pool->ticket_room; job++) {
        uint32_t task;
        if (pool->tickets[job].use == POOL_FREE)
            continue;
        if (tl_board_cancel(pool->board, job, &task) == TL_OK)
            fail_job(L, pool, job, why);
    }
}

void pool_end(lua_State *L, struct pool *pool, const char *why)
{
    pool->closed = pool->terminated = true;
    tl_board_close(pool->board);
    for (int i = 0; i < pool->count; i++)
        if (pool->workers[i].process.object)
            kill_process(&pool->workers[i]);
    for (int i = 0; i < pool->count; i++) {
        await_end(&pool->workers[i]);
        tl_handle_close(&pool->workers[i].process);
    }
    pool->missing = 0;
    fail_rest(L, pool, why);
}
