/*
 * ipc.receive: one message of whichever of several objects has one first.
 *
 * The call waits until an object is ready, then tries to take a message without
 * waiting, since another task may have been faster: then it waits again.  It
 * takes a message whole or not at all, so nothing is lost by that.  Where
 * several objects have messages they take turns: the search begins after the
 * object that gave the last one.  The call leaves out an object that is over;
 * when all are, it says "closed".
 */
#include "codec/message.h"
#include "far/door.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/wait_any.h"

/* The userdata that gave this thread its last message: a hint, which is only
 * compared. */
static _Thread_local const void *last_giver;

/* The sources of one call.  `places` are the positions, in the table at index
 * 3, of the `count` objects that are not over, in the order of `waitables`. */
struct sources {
    struct tl_waitable *waitables;
    lua_Integer *places;
    uint32_t count;
};

static void check_gives(lua_State *L, const struct tl_waitable *waitable,
                        lua_Integer place)
{
    lua_rawgeti(L, 3, place);
    const struct tl_handle *handle = waitable->handle;
    const struct outside *outside = handle ? NULL : local_object_outside(L, -1);
    bool gives =
        handle ? handle->kind == TL_KIND_QUEUE || handle->kind == TL_KIND_PIPE
               : outside->take != NULL;
    if (!gives)
        misuse(L, NULL, "receive",
               "item %lld of the list has no messages to receive: %s; "
               "queues, pipe ends and connections have",
               (long long)place, shown_type(L, -1));
    lua_pop(L, 1);
}

static struct sources check_sources(lua_State *L, tl_deadline *deadline)
{
    struct sources sources;
    sources.waitables = wait_any_check(L, "receive", &sources.count, deadline);
    sources.places =
        lua_newuserdatauv(L, sources.count * sizeof *sources.places, 1);
    for (uint32_t i = 0; i < sources.count; i++) {
        sources.places[i] = i + 1;
        check_gives(L, &sources.waitables[i], i + 1);
    }
    return sources;
}

static void strike_out(struct sources *sources, uint32_t i)
{
    sources->count--;
    for (; i < sources->count; i++) {
        sources->waitables[i] = sources->waitables[i + 1];
        sources->places[i] = sources->places[i + 1];
    }
}

static bool is_over(int status)
{
    return status == TL_CLOSED || status == TL_BROKEN || status == TL_REFUSED;
}

/* Takes a message without waiting.  TL_OK: it is pushed; TL_TIMEOUT: another
 * task was faster. */
static int take(lua_State *L, const struct tl_waitable *waitable,
                lua_Integer place)
{
    const struct tl_handle *handle = waitable->handle;
    if (!handle) {
        lua_rawgeti(L, 3, place);
        const struct outside *outside = local_object_outside(L, -1);
        void **state = lua_touserdata(L, -1);
        lua_pop(L, 1);
        return *state ? outside->take(L, state) : TL_CLOSED;
    }
    struct tl_parcel parcel;
    int status = handle->kind == TL_KIND_QUEUE
                     ? tl_queue_get(handle, &parcel, TL_NOW)
                     : tl_pipe_recv(handle, &parcel, TL_NOW);
    tl_fd_settle(handle);
    if (status == TL_OK)
        message_receive(L, &parcel);
    return status == TL_EMPTY ? TL_TIMEOUT : status;
}

static uint32_t first_in_turn(lua_State *L, const struct sources *sources)
{
    for (uint32_t i = 0; last_giver && i < sources->count; i++) {
        lua_rawgeti(L, 3, sources->places[i]);
        const void *object = lua_touserdata(L, -1);
        lua_pop(L, 1);
        if (object == last_giver)
            return i + 1;
    }
    return 0;
}

/* Takes a message from the first in turn that is ready and has one.  TL_OK: the
 * message and the object are pushed; TL_TIMEOUT: none has any; TL_CLOSED: all
 * are over. */
static int take_one(lua_State *L, struct sources *sources, uint32_t *wrong)
{
    uint32_t count = sources->count, first = first_in_turn(L, sources);
    int status = TL_TIMEOUT;
    for (uint32_t n = 0; n < count && status == TL_TIMEOUT; n++) {
        uint32_t i = *wrong = (first + n) % count;
        if (sources->waitables[i].ready)
            status = take(L, &sources->waitables[i], sources->places[i]);
        sources->waitables[i].ready = is_over(status);
        if (is_over(status))
            status = TL_TIMEOUT;
        if (status != TL_OK)
            continue;
        lua_rawgeti(L, 3, sources->places[i]);
        last_giver = lua_touserdata(L, -1);
        return TL_OK;
    }
    if (status != TL_TIMEOUT)
        return status;
    for (uint32_t i = count; i-- > 0;)
        if (sources->waitables[i].ready)
            strike_out(sources, i);
    return sources->count > 0 ? TL_TIMEOUT : TL_CLOSED;
}

static int wait_for(lua_State *L, struct sources *sources, uint32_t *wrong,
                    tl_deadline deadline)
{
    bool tried = false;
    int status;
    do
        status =
            tl_wait_any(sources->waitables, sources->count, wrong, deadline);
    while (result_try_again(L, status, &tried));
    return status;
}

static int ipc_receive(lua_State *L)
{
    return wait_any_has_far(L) ? door_call(L, "receive") : receive_near(L);
}

int receive_near(lua_State *L)
{
    tl_deadline deadline;
    check_function(L, 2, "receive");
    struct sources sources = check_sources(L, &deadline);
    uint32_t wrong = 0;
    int status;
    do {
        status = wait_for(L, &sources, &wrong, deadline);
        if (status < 0)
            break;
        status = take_one(L, &sources, &wrong);
    } while (status == TL_TIMEOUT);
    if (status == TL_OK)
        return 2;
    if (status == TL_CLOSED)
        return result(L, NULL, "receive", status);
    return wait_any_report(L, "receive", &sources.waitables[wrong],
                           sources.places[wrong], status);
}

void receive_open(lua_State *L)
{
    lua_pushcfunction(L, ipc_receive);
    lua_setfield(L, -2, "receive");
}
