/* ipc.pipe: see data/pipe.h. */
#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

static struct tl_handle *check_end(lua_State *L)
{
    return object_check(L, 1, TL_KIND_PIPE);
}

static int pipe_new(lua_State *L)
{
    static const char *const names[] = {"duplex", "name", NULL};
    check_options(L, "pipe", names);
    if (!lua_isnil(L, 1) && !lua_isboolean(L, 1))
        misuse(L, NULL, "pipe", "duplex must be true or false, not %s",
               shown_a_type(L, 1));
    bool duplex = lua_isnil(L, 1) || lua_toboolean(L, 1);
    const char *name = check_name(L, 2, "pipe");
    struct tl_handle ends[2] = {{0}};
    struct tl_handle *first = object_new(L, TL_KIND_PIPE);
    struct tl_handle *second = object_new(L, TL_KIND_PIPE);
    bool tried = false;
    int status;
    do
        status = tl_pipe_new(ends, name, duplex);
    while (result_try_again(L, status, &tried));
    *first = ends[0];
    *second = ends[1];
    first->kind = second->kind = TL_KIND_PIPE;
    object_made(L, -2, "pipe", status);
    object_made(L, -1, "pipe", status);
    return 2;
}

static int pipe_send(lua_State *L)
{
    struct tl_handle *end = check_end(L);
    check_method(L, 2, "send");
    if (lua_isnone(L, 2))
        return misuse(L, end, "send",
                      "a value is expected; nil is sent by send(nil)");
    tl_deadline deadline = check_deadline(L, 3, end, "send");
    struct codec_out out;
    message_encode(L, end, "send", 2, 1, "value", &out);
    bool tried = false;
    int status;
    do
        status = tl_pipe_send(end, &out.message, deadline);
    while (message_try_again(L, status, &out, &tried));
    codec_done(&out);
    return result(L, end, "send", status);
}

static int pipe_recv(lua_State *L)
{
    struct tl_handle *end = check_end(L);
    check_method(L, 1, "recv");
    tl_deadline deadline = check_deadline(L, 2, end, "recv");
    struct tl_parcel parcel;
    int status = tl_pipe_recv(end, &parcel, deadline);
    tl_fd_settle(end);
    if (status < 0)
        return result(L, end, "recv", status);
    return message_receive(L, &parcel);
}

static int pipe_poll(lua_State *L)
{
    struct tl_handle *end = check_end(L);
    check_method(L, 1, "poll");
    tl_deadline deadline = check_deadline(L, 2, end, "poll");
    int status = tl_pipe_poll(end, deadline);
    if (status < 0 && status != TL_TIMEOUT)
        return result_failure(L, end, "poll", status);
    lua_pushboolean(L, status == TL_OK);
    return 1;
}

static int pipe_close(lua_State *L)
{
    struct tl_handle *end = check_end(L);
    check_method(L, 0, "close");
    tl_pipe_closes(end);
    object_close(end);
    lua_pushboolean(L, 1);
    return 1;
}

static const luaL_Reg methods[] = {{"send", pipe_send},
                                   {"recv", pipe_recv},
                                   {"poll", pipe_poll},
                                   {"close", pipe_close},
                                   {NULL, NULL}};
static const struct class pipe_class = {.methods = methods};

void pipe_open(lua_State *L)
{
    object_class(L, TL_KIND_PIPE, &pipe_class);
    lua_pushcfunction(L, pipe_new);
    lua_setfield(L, -2, "pipe");
}
