#include "process/thread.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "codec/classes.h"
#include "codec/message.h"
#include "lua/random.h"
#include "lua/support.h"
#include "process/files.h"
#include "process/job.h"
#include "process/libc_lock.h"

/* What a new state gets besides its job; in plain memory, since two Lua states
 * have nothing else in common. */
struct origin {
    char *path, *cpath;
};

/* Where a thread jumps to when it ends in the middle of anything. */
struct ending {
    jmp_buf jump;
    volatile int code;
};
static _Thread_local struct ending *ending;

static lua_CFunction module;
static void (*furnish_more)(lua_State *L);
static const char *defined;

void thread_open(lua_CFunction open)
{
    if (!module)
        module = open;
}

void thread_furnish_with(void (*function)(lua_State *L))
{
    furnish_more = function;
}

void thread_define(const char *global)
{
    defined = global;
}

bool thread_is(void)
{
    return ending != NULL;
}

void thread_forget(lua_State *L)
{
    (void)L;
    ending = NULL;
}

void thread_exit(int code)
{
    ending->code = code;
    libc_lock_abandon(); /* a finalizer may run within what is gated */
    longjmp(ending->jump, 1);
}

/* ---- in the creator ---- */

/* Pushes { target =, args = {...} }, made from the job: so the path in a
 * refusal begins with what the caller wrote. */
static void push_parts(lua_State *L, int job)
{
    lua_createtable(L, 0, 2);
    lua_rawgeti(L, job, 1);
    lua_setfield(L, -2, "target");
    lua_getfield(L, job, "n");
    lua_Integer count = lua_tointeger(L, -1) - 1;
    lua_pop(L, 1);
    lua_createtable(L, (int)count, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, job, i + 1);
        lua_rawseti(L, -2, i);
    }
    lua_pushinteger(L, count);
    lua_setfield(L, -2, "n");
    lua_setfield(L, -2, "args");
}

/* Whether the classes at the top travel; if not, the reason takes their place.
 */
static bool travels(lua_State *L, const char *root)
{
    struct codec_out out;
    int top = lua_gettop(L);
    if (!codec_encode_allowed(L, top, 1, root, &out,
                              CODEC_ALL | CODEC_CLASSES)) {
        lua_replace(L, top);
        lua_settop(L, top);
        return false;
    }
    codec_done(&out);
    lua_settop(L, top);
    return true;
}

/* Pushes the registered metatables by name; false: none. */
static bool push_classes(lua_State *L)
{
    bool any = false;
    lua_newtable(L);
    int classes = lua_gettop(L);
    classes_all(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, classes);
            any = true;
        } else {
            lua_pop(L, 1);
        }
    }
    lua_settop(L, classes);
    return any;
}

/* Takes the classes that do not travel out of the table at the top, and pushes
 * a table of the reasons, by name. */
static void sort_out(lua_State *L)
{
    int classes = lua_gettop(L);
    lua_newtable(L);
    int reasons = lua_gettop(L);
    lua_pushvalue(L, classes);
    bool all = travels(L, "metatables");
    lua_settop(L, reasons);
    lua_pushnil(L);
    while (!all && lua_next(L, classes)) {
        if (!travels(L, lua_tostring(L, -2))) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, reasons);
            lua_pushvalue(L, -1);
            lua_pushnil(L);
            lua_rawset(L, classes);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_settop(L, reasons);
}

/* Encodes three values, or raises: the classes, the reasons why others are not
 * among them, and the parts of the job. */
static void encode_job(lua_State *L, const struct tl_handle *thread, int job,
                       const char *call, struct codec_out *out)
{
    int first = lua_gettop(L) + 1;
    luaL_checkstack(L, 12, NULL);
    if (push_classes(L))
        sort_out(L);
    else
        lua_newtable(L);
    push_parts(L, job);
    if (!codec_encode_allowed(L, first, 3, "thread", out,
                              CODEC_ALL | CODEC_CLASSES))
        misuse(L, thread, call, "%s", lua_tostring(L, -1));
}

void thread_check(lua_State *L, int job, const char *call)
{
    struct codec_out out;
    int top = lua_gettop(L);
    encode_job(L, NULL, job, call, &out);
    codec_done(&out);
    lua_settop(L, top);
}

static char *copy_path(lua_State *L, const char *field)
{
    char *copy = NULL;
    lua_getglobal(L, "package");
    if (lua_istable(L, -1)) {
        if (lua_getfield(L, -1, field) == LUA_TSTRING)
            copy = strdup(lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return copy;
}

static void free_origin(struct origin *origin)
{
    if (!origin)
        return;
    free(origin->path);
    free(origin->cpath);
    free(origin);
}

struct attempt {
    struct origin *origin;
    const struct tl_handle *thread;
    const char *call;
    int status;
    int error; /* errno */
};

static void run(void *data);

/* Arguments: the attempt and the job.  Nothing raises once the job is
 * encoded. */
static int attempt_start(lua_State *L)
{
    struct attempt *attempt = lua_touserdata(L, 1);
    struct codec_out out;
    tl_idle_first();
    attempt->origin->path = copy_path(L, "path");
    attempt->origin->cpath = copy_path(L, "cpath");
    encode_job(L, attempt->thread, 2, attempt->call, &out);
    attempt->status =
        tl_thread_start(attempt->thread, &out.message, run, attempt->origin);
    attempt->error = errno;
    codec_done(&out);
    return 0;
}

int thread_start(lua_State *L, const struct tl_handle *thread, int job,
                 const char *call)
{
    struct attempt attempt = {.thread = thread, .call = call};
    lua_pushcfunction(L, attempt_start);
    lua_pushlightuserdata(L, &attempt);
    lua_pushvalue(L, job);
    attempt.origin = calloc(1, sizeof *attempt.origin);
    if (!attempt.origin)
        return luaL_error(L, "not enough memory for a thread");
    bool well = lua_pcall(L, 2, 0, 0) == LUA_OK;
    if (!well || attempt.status < 0)
        free_origin(attempt.origin);
    if (!well)
        return lua_error(L);
    errno = attempt.error;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the thread frees it */
    return attempt.status;
}

/* ---- in the thread ---- */

static void set_path(lua_State *L, const char *field, const char *path)
{
    lua_getglobal(L, "package");
    if (path) {
        lua_pushstring(L, path);
        lua_setfield(L, -2, field);
    }
    lua_pop(L, 1);
}

/* From { target =, args = } at the top to { function, arguments..., n = }. */
static void push_job(lua_State *L)
{
    int parts = lua_gettop(L);
    lua_getfield(L, parts, "args");
    lua_getfield(L, -1, "n");
    lua_Integer count = lua_tointeger(L, -1);
    lua_createtable(L, (int)count + 1, 1);
    lua_getfield(L, parts, "target");
    lua_rawseti(L, -2, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, parts + 1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushinteger(L, count + 1);
    lua_setfield(L, -2, "n");
    lua_replace(L, parts);
    lua_settop(L, parts);
}

/* Argument: the origin.  Returns the job. */
static int furnish(lua_State *L)
{
    const struct origin *origin = lua_touserdata(L, 1);
    struct tl_parcel parcel;
    luaL_openlibs(L);
    random_open(L);
    set_path(L, "path", origin->path);
    set_path(L, "cpath", origin->cpath);
    luaL_requiref(L, "tidelock", module, 0);
    if (defined) {
        lua_pushvalue(L, -1);
        lua_setglobal(L, defined);
    }
    if (furnish_more)
        furnish_more(L);
    tl_thread_job(&parcel);
    codec_decode(L, parcel.data, parcel.size, parcel.refs, parcel.ref_count,
                 message_allow(0) | CODEC_CLASSES);
    lua_insert(L, -2);
    classes_refuse(L);
    push_job(L);
    return 1;
}

/* Argument: the origin.  Returns the exit code. */
static int begin(lua_State *L)
{
    lua_pushcfunction(L, furnish);
    lua_pushvalue(L, 1);
    bool well = lua_pcall(L, 1, 1, 0) == LUA_OK;
    tl_thread_drop_job();
    lua_pushinteger(L, well ? job_call(L, lua_gettop(L)) : job_fail(L));
    return 1;
}

static int call(lua_State *L, struct origin *origin)
{
    lua_pushcfunction(L, begin);
    lua_pushlightuserdata(L, origin);
    return lua_pcall(L, 1, 1, 0) == LUA_OK ? (int)lua_tointeger(L, -1)
                                           : job_fail(L);
}

static void run(void *data)
{
    struct origin *origin = data;
    struct ending here = {.code = 1};
    lua_State *L = luaL_newstate();
    ending = &here;
    /* os.exit jumps here: what the state was in the middle of is never returned
     * to, but lua_close may still close the state */
    if (L && setjmp(here.jump) == 0)
        here.code = call(L, origin);
    if (!L)
        tl_process_lose_result(TL_SYSTEM);
    tl_thread_end_cancel();
    context_state = NULL; /* no script waits for what comes now */
    files_flush_stdout();
    tl_thread_drop_job();
    tl_main_end();
    if (L)
        lua_close(L);
    codec_thread_end();
    free_origin(origin);
    ending = NULL;
    tl_thread_finish(here.code);
}
