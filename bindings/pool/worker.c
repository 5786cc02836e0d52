#include "pool/worker.h"

#include <stdio.h>
#include <unistd.h>

#include "codec/decode_value.h"
#include "codec/message.h"
#include "lua/hook.h"
#include "lua/support.h"
#include "lua/traceback.h"
#include "lua/userdata.h"
#include "pool/pool.h"
#include "process/child.h"
#include "process/outcome.h"

#define TEXT_MOST 200 /* bytes that always fit into a job */

struct worker_state {
    struct codec_codes codes; /* must be first */
    const struct tl_handle *board;
    lua_Integer left; /* tasks until it leaves; negative: never */
};

struct work {
    struct worker_state *worker;
    struct tl_parcel parcel;
    enum pool_call what;
    lua_Integer tasks; /* run so far */
};

static bool find_code(struct codec_codes *codes, uint64_t number,
                      const void **code, size_t *size)
{
    const struct worker_state *worker = (struct worker_state *)codes;
    struct tl_parcel parcel;
    if (!tl_board_code(worker->board, number, &parcel))
        return false;
    *code = parcel.data;
    *size = parcel.size;
    return true;
}

/* ---- errors ---- */

/* Replaces the error at 1 by text with the worker's name and a traceback. */
static void to_text(lua_State *L)
{
    lua_pushfstring(L, "in %s (pid %d): ", tl_task_name(),
                    tl_simulate_pid(getpid()));
    traceback_push_text(L);
    lua_concat(L, 2);
    traceback_push(L);
}

/* Message handler: text gets the traceback; another value stays as it is, where
 * it can travel. */
static int explain(lua_State *L)
{
    struct codec_out out;
    lua_settop(L, 1);
    if (lua_type(L, 1) != LUA_TSTRING) {
        if (codec_encode(L, 1, 1, "error", &out)) {
            codec_done(&out);
            return 1;
        }
        lua_settop(L, 1);
    }
    to_text(L);
    return 1;
}

/* ---- running a job: protected ---- */

static int run_call(lua_State *L, struct decoder *decoder, int function)
{
    while (decoder->at < decoder->end) {
        luaL_checkstack(L, 12, "too many arguments");
        decode_value(decoder);
    }
    lua_call(L, lua_gettop(L) - function, LUA_MULTRET);
    return lua_gettop(L) - function + 1;
}

/* Replaces the list at the top by its items; how many. */
static int spread(lua_State *L)
{
    if (!lua_istable(L, -1))
        return luaL_error(L,
                          "starmap: each item must be a list of arguments, "
                          "not %s",
                          shown_a_type(L, -1));
    int list = lua_gettop(L);
    int count = (int)check_n(L, list, NULL, "starmap", "an item's n");
    if (count < 0)
        count = (int)lua_rawlen(L, list);
    luaL_checkstack(L, count, "too many arguments");
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, list, i);
    lua_remove(L, list);
    return count;
}

static int run_items(lua_State *L, struct decoder *decoder, struct work *work,
                     int function)
{
    lua_newtable(L);
    int results = lua_gettop(L);
    while (decoder->at < decoder->end) {
        lua_pushvalue(L, function);
        decode_value(decoder);
        int count = work->what == POOL_STARMAP ? spread(L) : 1;
        lua_call(L, count, 1);
        lua_rawseti(L, results, ++work->tasks);
    }
    return 1;
}

static int run_job(lua_State *L)
{
    struct work *work = lua_touserdata(L, 1);
    const struct tl_parcel *parcel = &work->parcel;
    struct decoder decoder = {.L = L,
                              .at = parcel->data,
                              .end = (const unsigned char *)parcel->data +
                                     parcel->size,
                              .refs = parcel->refs,
                              .ref_count = parcel->ref_count,
                              .allow = message_allow(0),
                              .codes = &work->worker->codes};
    decode_value_begin(&decoder);
    work->what = (enum pool_call)decode_byte(&decoder);
    decode_value(&decoder);
    int function = lua_gettop(L);
    if (work->what != POOL_CALL)
        return run_items(L, &decoder, work, function);
    work->tasks = 1;
    return run_call(L, &decoder, function);
}

/* ---- telling ---- */

/* Encodes the outcome: the results from `first` on, or the error at `first`. */
static bool encode_outcome(lua_State *L, const struct work *work, bool ok,
                           int first, struct codec_out *out)
{
    struct codec_call call = {.root = ok ? "result" : "error", .first = first};
    if (!ok) {
        call.count = 1;
    } else if (work->what == POOL_CALL) {
        call.count = lua_gettop(L) - first + 1;
    } else {
        call.list = first;
        call.from = 1;
        call.to = work->tasks;
    }
    return codec_encode_call(L, &call, out);
}

static int finish(lua_State *L, const struct work *work, uint32_t job, bool ok,
                  int first)
{
    struct codec_out out;
    if (!encode_outcome(L, work, ok, first, &out)) {
        /* what cannot be sent is at least told */
        ok = false;
        lua_pushfstring(L, "in %s (pid %d): %s", tl_task_name(),
                        tl_simulate_pid(getpid()), lua_tostring(L, -1));
        if (!encode_outcome(L, work, false, lua_gettop(L), &out))
            return TL_NO_MEMORY;
    }
    bool tried = false;
    int status;
    do
        status = tl_board_finish(work->worker->board, job, ok, &out.message);
    while (message_try_again(L, status, &out, &tried));
    codec_done(&out);
    return status;
}

static bool has_no_room(int status)
{
    return status == TL_NO_MEMORY || status == TL_TOO_LARGE;
}

/* Delivers something smaller where shared memory has no room for the outcome:
 * of an error's text the beginning and the end, or else a text so short that it
 * always fits. */
static int finish_without(lua_State *L, const struct work *work, uint32_t job,
                          bool ok, int status)
{
    char text[TEXT_MOST];
    if (!ok && lua_type(L, -1) == LUA_TSTRING && outcome_cut(L, status)) {
        int again = finish(L, work, job, false, lua_gettop(L));
        if (!has_no_room(again))
            return again;
    }
    snprintf(text, sizeof text, "in %s (pid %d): its %s lost: %.80s",
             tl_task_name(), tl_simulate_pid(getpid()),
             ok ? "results were" : "error was", tl_status_text(status));
    lua_pushstring(L, text);
    return finish(L, work, job, false, lua_gettop(L));
}

/* Runs the job and delivers its outcome; true: this worker may go on. */
static bool work_on(lua_State *L, struct work *work, uint32_t job)
{
    lua_settop(L, 0);
    work->tasks = 0;
    lua_pushcfunction(L, explain);
    lua_pushcfunction(L, run_job);
    lua_pushlightuserdata(L, work);
    bool ok = lua_pcall(L, 1, LUA_MULTRET, 1) == LUA_OK;
    int status = finish(L, work, job, ok, 2);
    if (has_no_room(status))
        status = finish_without(L, work, job, ok, status);
    if (work->worker->left > 0)
        work->worker->left -=
            work->tasks < work->worker->left ? work->tasks : work->worker->left;
    return status == TL_OK && work->worker->left != 0;
}

/* ---- the loop ---- */

/* Calls the initializer.  If it fails, delivers its error as the outcome of
 * this process: the owner tells it. */
static void initialize(lua_State *L)
{
    int count = lua_gettop(L) - 3;
    if (lua_isnil(L, 3))
        return;
    lua_pushcfunction(L, explain);
    lua_insert(L, 3);
    if (lua_pcall(L, count, 0, 3) == LUA_OK)
        return;
    luaL_tolstring(L, -1, NULL);
    outcome_fail_quietly(L);
    child_exit(1);
}

int worker_main(lua_State *L)
{
    struct worker_state worker = {
        .codes = {.find = find_code},
        .board = object_check(L, 1, TL_KIND_BOARD),
        .left = lua_tointeger(L, 2) > 0 ? lua_tointeger(L, 2) : -1};
    struct work work = {.worker = &worker};
    pool_forget();
    initialize(L);
    lua_settop(L, 1);
    lua_newtable(L);
    worker.codes.loaded = luaL_ref(L, LUA_REGISTRYINDEX);
    /* tracebacks end at the task */
    lua_State *stage = lua_newthread(L);
    hook_copy(L, stage);
    tl_board_ready(worker.board);
    uint32_t job;
    context_state = stage;
    while (tl_board_take(worker.board, &work.parcel, &job, TL_FOREVER) ==
               TL_OK &&
           work_on(stage, &work, job))
        context_state = stage;
    return 0;
}
