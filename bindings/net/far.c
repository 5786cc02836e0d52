/* ipc.open of an address: what tidelock_remote gets of this library, and how it
 * is called.  See far/door.h. */
#include "net/far.h"

#include <ctype.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "codec/codec.h"
#include "codec/message.h"
#include "lua/local_object.h"
#include "far/door.h"
#include "lua/support.h"
#include "lua/traceback.h"
#include "net/far_wait.h"
#include "objects/wait_any.h"

/* ---- for the Lua of the module ---- */

/* Pushes what was encoded, which is its own, and gives it back. */
static void push_message(lua_State *L, struct codec_out *out)
{
    luaL_Buffer buffer;
    size_t size = out->message.size;
    char *at = luaL_buffinitsize(L, &buffer, size);
    for (size_t i = 0; i < out->message.slice_count; i++) {
        const struct tl_slice *slice = &out->message.slices[i];
        memcpy(at, slice->data, slice->size);
        at += slice->size;
    }
    codec_done(out);
    luaL_pushresultsize(&buffer, size);
}

/* encode(value, root, space): the bytes; or nil and why it cannot travel to
 * that space. */
static int far_encode(lua_State *L)
{
    const char *root = luaL_optstring(L, 2, "value");
    door_space = luaL_checkstring(L, 3);
    struct codec_out out;
    bool well = codec_encode_allowed(L, 1, 1, root, &out, CODEC_FAR);
    door_space = NULL;
    if (!well) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (!codec_own(&out)) {
        codec_done(&out);
        return luaL_error(L, "not enough memory for a message");
    }
    push_message(L, &out);
    return 1;
}

/* decode(bytes): the value; raises where they are none. */
static int far_decode(lua_State *L)
{
    size_t size;
    const char *bytes = luaL_checklstring(L, 1, &size);
    lua_settop(L, 1);
    int count = codec_decode(L, bytes, size, NULL, 0, CODEC_FAR);
    return count == 1 ? 1 : luaL_error(L, "corrupt message");
}

static tl_deadline moment(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return TL_FOREVER;
    return tl_deadline_in(luaL_checknumber(L, index) - tl_now());
}

/* wait_fd(fd, "r" or "w" [, deadline]): true; nil, "timeout". */
static int far_wait_fd(lua_State *L)
{
    struct pollfd polled = {.fd = (int)luaL_checkinteger(L, 1),
                            .events = *luaL_checkstring(L, 2) == 'w' ? POLLOUT
                                                                     : POLLIN};
    tl_deadline deadline = moment(L, 3);
    context_set(L);
    int status;
    do
        status = tl_descriptor_wait(&polled, 1, deadline);
    while (status == TL_OK && polled.revents == 0);
    return result(L, NULL, NULL, status);
}

static int far_now(lua_State *L)
{
    lua_pushnumber(L, tl_now());
    return 1;
}

/* misuse(text): raises at the script's line. */
static int far_misuse(lua_State *L)
{
    return misuse(L, NULL, NULL, "%s", luaL_checkstring(L, 1));
}

/* deadline(index's value, what, call): the moment of a timeout, or nil; one
 * that is none raises. */
static int far_deadline(lua_State *L)
{
    lua_settop(L, 2);
    tl_deadline deadline = check_deadline(L, 1, NULL, luaL_checkstring(L, 2));
    if (deadline == TL_FOREVER)
        lua_pushnil(L);
    else
        lua_pushnumber(L, (lua_Number)deadline / 1e9);
    return 1;
}

/* handler(): the message handler of a call that raises an error again: it keeps
 * where that came from. */
static int far_handler(lua_State *L)
{
    traceback_push_note(L);
    return 1;
}

/* is_recorded(): whether what this task does is. */
static int far_is_recorded(lua_State *L)
{
    lua_pushboolean(L, tl_recording_is_on());
    return 1;
}

/* begins(operation, call, kind, name, space): see tl_recording_far. */
static int far_begins(lua_State *L)
{
    tl_recording_far(&(struct tl_recording_far){
        .operation = luaL_checkstring(L, 1),
        .call = luaL_optstring(L, 2, NULL),
        .kind = luaL_checkstring(L, 3),
        .name = luaL_checkstring(L, 4),
        .space = luaL_checkstring(L, 5),
    });
    return 0;
}

/* ended(refused): it has. */
static int far_ended(lua_State *L)
{
    tl_recording_end(lua_toboolean(L, 1) ? TL_TRACE_REFUSED : TL_TRACE_DONE);
    return 0;
}

static const luaL_Reg functions[] = {{"is_recorded", far_is_recorded},
                                     {"begins", far_begins},
                                     {"ended", far_ended},
                                     {"encode", far_encode},
                                     {"decode", far_decode},
                                     {"now", far_now},
                                     {"wait_fd", far_wait_fd},
                                     {"misuse", far_misuse},
                                     {"deadline", far_deadline},
                                     {"handler", far_handler},
                                     {"wait", wait_any_near},
                                     {"receive", receive_near},
                                     {NULL, NULL}};

/* ---- for its C ---- */

static int far_fail(lua_State *L, int status)
{
    return result_failure(L, NULL, NULL, status);
}

static int far_call_recorded(lua_State *L, lua_CFunction function)
{
    door_recorded_call *call =
        atomic_load_explicit(&door_call_recorded, memory_order_relaxed);
    return call ? call(L, function) : function(L);
}

static void far_enter(lua_State *L)
{
    context_set(L);
}

static bool far_is_simulated(void)
{
    return tl_simulate_is_on();
}

static struct door_core core = {.version = DOOR_CORE_VERSION,
                                .wait = far_wait,
                                .enter = far_enter,
                                .fail = far_fail,
                                .is_simulated = far_is_simulated,
                                .name = tl_task_name,
                                .at_join = &tl_held_hook,
                                .is_recorded = tl_recording_is_on,
                                .call_recorded = far_call_recorded,
                                .add_outside = local_object_add_outside,
                                .mark = door_mark,
                                .functions = functions};

static void arrive(lua_State *L)
{
    door_push(L, "arrive");
    lua_insert(L, -2);
    lua_call(L, 1, 1);
}

static void lend(void)
{
    door_arrive = arrive;
    core.at_end = door_at_end();
    door_core = &core;
}

void far_open(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, lend);
}
