#include "process/outcome.h"

#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "codec/codec.h"
#include "codec/message.h"
#include "lua/support.h"
#include "lua/traceback.h"
#include "process/explored.h"
#include "process/files.h"

/* How much to keep of an error's text that is too long. */
#define CUT_HEAD 3000
#define CUT_TAIL 1000

/* Message handler: adds a traceback to text; puts any other value into a table,
 * with its text and traceback. */
static int explain(lua_State *L)
{
    bool wrap = lua_type(L, 1) != LUA_TSTRING;
    if (wrap)
        lua_createtable(L, 2, 0);
    traceback_push_text(L);
    traceback_push(L);
    if (!wrap)
        return 1;
    lua_rawseti(L, -2, 2);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    return 1;
}

void outcome_push_handler(lua_State *L)
{
    lua_pushcfunction(L, explain);
}

/* One block on stderr, so that the lines of two processes do not mix. */
static void report(lua_State *L, int text)
{
    lua_pushfstring(L, "tidelock: %s \"%s\" (pid %d) failed: ",
                    gettid() == getpid() ? "process" : "thread", tl_task_name(),
                    tl_simulate_pid(getpid()));
    lua_pushvalue(L, text);
    lua_pushliteral(L, "\n");
    lua_concat(L, 3);
    size_t size;
    const char *block = lua_tolstring(L, -1, &size);
    explored_fail(L, block);
    files_flush_stdout();
    files_write(2, block, size);
    lua_pop(L, 1);
}

/* Whether the error at the top, which a thread's function raised, is the
 * `cancelled` of t:cancel().  Then that one word takes its place. */
static bool is_cancelled(lua_State *L)
{
    static const char word[] = "cancelled", end[] = ": cancelled";
    if (!tl_thread_was_cancelled() || lua_type(L, -1) != LUA_TSTRING)
        return false;
    const char *text = lua_tostring(L, -1);
    size_t size = strcspn(text, "\n"); /* the traceback follows */
    if (size < sizeof end - 1 ||
        strncmp(text + size - (sizeof end - 1), end, sizeof end - 1) != 0)
        return false;
    lua_pushstring(L, word);
    lua_replace(L, -2);
    return true;
}

/* ---- delivering ---- */

/* Tries to deliver the values from `first` to the top, as results or as the
 * error.  False: they cannot be sent, and the reason was pushed.  Else *status
 * says whether they were. */
static bool try_to_deliver(lua_State *L, bool ok, int first, int *status)
{
    struct codec_out out;
    int count = lua_gettop(L) - first + 1;
    if (count == 0) {
        struct tl_message nothing = {0};
        *status = tl_process_set_result(ok, &nothing);
        return true;
    }
    if (!codec_encode(L, first, count, ok ? "result" : "error", &out))
        return false;
    bool tried = false;
    do
        *status = tl_process_set_result(ok, &out.message);
    while (message_try_again(L, *status, &out, &tried));
    codec_done(&out);
    return true;
}

bool outcome_cut(lua_State *L, int status)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    if (size <= CUT_HEAD + CUT_TAIL)
        return false;
    lua_pushlstring(L, text, CUT_HEAD);
    lua_pushfstring(L, "...\n(%d bytes in the middle were lost: %s)\n...",
                    (int)(size - CUT_HEAD - CUT_TAIL), tl_status_text(status));
    lua_pushlstring(L, text + size - CUT_TAIL, CUT_TAIL);
    lua_concat(L, 3);
    lua_remove(L, -2);
    return true;
}

/* Delivers the text at the top as the error; or at least the reason why it is
 * lost. */
static void deliver_text(lua_State *L)
{
    int status;
    do
        if (!try_to_deliver(L, false, lua_gettop(L), &status)) {
            status = TL_SYSTEM;
            break;
        }
    while (status < 0 && outcome_cut(L, status));
    if (status < 0)
        tl_process_lose_result(status);
}

void outcome_return(lua_State *L, int first)
{
    int status = TL_OK;
    luaL_checkstack(L, 4, NULL);
    /* where a result cannot be sent, the reason is delivered as the error */
    bool sent = try_to_deliver(L, true, first, &status);
    if (sent && status == TL_OK)
        return;
    if (sent)
        lua_pushfstring(L, "its results were lost: %s", tl_status_text(status));
    deliver_text(L);
}

/* Delivers the error at 1 if it can be sent, else its text at 2. */
static void deliver_error(lua_State *L)
{
    int status = TL_OK;
    bool is_text = lua_type(L, 1) == LUA_TSTRING;
    if (!is_text && !lua_isnil(L, 1)) {
        lua_pushvalue(L, 1);
        if (try_to_deliver(L, false, 3, &status) && status == TL_OK)
            return;
    }
    lua_settop(L, 2);
    if (status < 0)
        lua_pushfstring(L, "(a %s, which was lost: %s) ", luaL_typename(L, 1),
                        tl_status_text(status));
    else
        lua_pushliteral(L, "");
    lua_insert(L, 2);
    lua_concat(L, 2);
    deliver_text(L);
}

/* Arguments: the error, whether it was handled, whether to tell it. */
static int fail(lua_State *L)
{
    bool handled = lua_toboolean(L, 2), tells = lua_toboolean(L, 3);
    lua_settop(L, 1);
    if (handled && lua_istable(L, 1)) {
        lua_rawgeti(L, 1, 2);
        lua_rawgeti(L, 1, 1);
        lua_replace(L, 1);
    } else {
        traceback_push_text(L);
    }
    if (tells)
        report(L, 2);
    deliver_error(L);
    return 0;
}

static void deliver_failure(lua_State *L, bool handled, bool tells)
{
    bool told = lua_checkstack(L, 4);
    if (told) {
        lua_pushcfunction(L, fail);
        lua_insert(L, -2);
        lua_pushboolean(L, handled);
        lua_pushboolean(L, tells);
        told = lua_pcall(L, 3, 0, 0) == LUA_OK;
    }
    if (told)
        return;
    if (tells)
        explored_fail(L, "tidelock: a task failed, and there was no memory to "
                         "tell how");
    tl_process_lose_result(TL_SYSTEM);
}

void outcome_fail_handled(lua_State *L)
{
    deliver_failure(L, true, !is_cancelled(L));
}

void outcome_fail_raised(lua_State *L)
{
    deliver_failure(L, false, true);
}

void outcome_fail_quietly(lua_State *L)
{
    deliver_failure(L, false, false);
}
