#include "lua/result.h"

#include <errno.h>

#include "lua/context.h"
#include "lua/hook.h"
#include "lua/misuse.h"

int (*result_stuck)(lua_State *L, const char *report);

/* What to do instead, where the status itself does not say it.  The first row
 * that fits counts: so the row of one kind stands before that of any kind
 * (TL_KIND_NONE). */
static const struct {
    int status;
    enum tl_kind_id kind;
    const char *text;
} advices[] = {
    {TL_NOT_HOLDER, TL_KIND_NONE,
     "only the task that acquired it can release it"},
    {TL_HELD, TL_KIND_VALUE,
     "in update, use what the function is given and what it returns"},
    {TL_HELD, TL_KIND_NONE,
     "a lock is not re-entrant: release it first, or use rlock"},
    {TL_OVER, TL_KIND_NONE, "release only what was acquired"},
    {TL_TOO_MANY_DONE, TL_KIND_NONE,
     "call it once for each item that get returned"},
    {TL_WRONG_END, TL_KIND_NONE,
     "of ipc.pipe{ duplex = false } the first end receives and the second "
     "sends"},
    {TL_IS_THREAD, TL_KIND_NONE,
     "ask it to end by t:cancel(), or use ipc.process"},
    {TL_STARTED, TL_KIND_THREAD, "a thread starts once: make a new one"},
    {TL_STARTED, TL_KIND_NONE, "a process starts once: make a new one"},
    {TL_NOT_STARTED, TL_KIND_NONE, "call start first"},
    {TL_SELF, TL_KIND_NONE, "another task can"},
    {TL_ENDED, TL_KIND_NONE, "ask is_alive first"},
    {TL_DROPPED, TL_KIND_NONE, "it cannot be used any more in this process"},
    {TL_NOT_PARENT, TL_KIND_NONE,
     "start it where it was made, or make it here"},
    {TL_NOT_WAITABLE, TL_KIND_NONE,
     "there are: queue, pipe end, process, thread, command, event, latch, "
     "listener, connection, future"},
    {TL_UNORDERED, TL_KIND_NONE, "make it with order = \"priority\""},
    {TL_BAD_ADDRESS, TL_KIND_NONE,
     "write \"unix:PATH\", \"tcp:HOST:PORT\" or \"tcp:[IPv6]:PORT\", with a "
     "port from 0 to 65535"},
    {TL_LONG_ADDRESS, TL_KIND_NONE,
     "a socket's path has at most 107 bytes: use a shorter folder"},
    {TL_IN_USE, TL_KIND_NONE,
     "another listener has it: close that, or choose another address"},
    {TL_NO_MEMORY, TL_KIND_NONE,
     "let others drain or drop what they hold, or run with a larger one"},
    {TL_NO_TASKS, TL_KIND_NONE,
     "join what has ended, or run with a larger one"},
};

static const char *advice(int status, const struct tl_handle *handle)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].status == status &&
            (advices[i].kind == TL_KIND_NONE ||
             (handle && advices[i].kind == handle->kind)))
            return advices[i].text;
    return NULL;
}

const char *result_way_out(void)
{
    return errno == EMFILE
               ? "; close what is not used, or raise the limit (ulimit -n)"
               : "";
}

/* Here the space is full, and not the program's memory. */
static int space_full(lua_State *L, const struct tl_handle *handle,
                      const char *call, int status, const char *space)
{
    if (status == TL_TOO_LARGE)
        return misuse(L, handle, call,
                      "larger than the space \"%s\" (TIDELOCK_SPACE sets the "
                      "size of a new one)",
                      space);
    return misuse(L, handle, call,
                  "the space \"%s\" is full (TIDELOCK_SPACE sets the size of "
                  "a new one), or /dev/shm is; let others drain or drop what "
                  "they hold",
                  space);
}

int result_failure(lua_State *L, const struct tl_handle *handle,
                   const char *call, int status)
{
    const char *what = advice(status, handle);
    const char *space =
        tl_space_name(handle ? handle->arena : context_making.space);
    if (space && (status == TL_NO_MEMORY || status == TL_TOO_LARGE))
        return space_full(L, handle, call, status, space);
    switch (status) {
    case TL_STUCK:
        return result_stuck(L, tl_report_stuck());
    case TL_INTERRUPTED:
        hook_raise(L);
        return misuse(L, NULL, NULL, "interrupted!");
    case TL_CANCELLED:
        return misuse(L, NULL, NULL, "cancelled");
    case TL_DEADLOCK:
        return misuse(L, NULL, NULL, "deadlock: %s", tl_deadlock_text());
    case TL_DAEMON:
        return misuse(L, NULL, NULL, "%s", tl_status_text(status));
    case TL_HELD:
        return misuse(L, handle, call, "deadlock: %s; %s",
                      tl_status_text(status), what);
    case TL_SYSTEM:
        return misuse(L, handle, call, "%s: %m%s", tl_status_text(status),
                      result_way_out());
    default:
        return misuse(L, handle, call, "%s%s%s", tl_status_text(status),
                      what ? "; " : "", what ? what : "");
    }
}

int result_slow(lua_State *L, const struct tl_handle *handle, const char *call,
                int status)
{
    switch (status) {
    case TL_ABANDONED:
        lua_pushboolean(L, 1);
        lua_pushliteral(L, "abandoned");
        return 2;
    case TL_TIMEOUT:
    case TL_FULL:
    case TL_EMPTY:
    case TL_CLOSED:
    case TL_BROKEN:
    case TL_REFUSED:
    case TL_UNREACHABLE:
        lua_pushnil(L);
        lua_pushstring(L, tl_status_text(status));
        return 2;
    default:
        return result_failure(L, handle, call, status);
    }
}

static int collect(lua_State *L)
{
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}

/* Protected: what a finalizer raises must not pass the caller, who may hold a
 * message. */
bool result_try_again(lua_State *L, int status, bool *tried)
{
    if (status != TL_NO_MEMORY || *tried ||
        lua_gc(L, LUA_GCISRUNNING, 0) <= 0 || !lua_checkstack(L, 2))
        return false;
    *tried = true;
    lua_pushcfunction(L, collect);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK)
        lua_pop(L, 1);
    return true;
}
