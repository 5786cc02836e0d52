#include "commands/stream.h"

#include <string.h>

#include <lauxlib.h>

#include "commands/class.h"
#include "lua/compat.h"
#include "lua/support.h"

#define STREAM "tidelock.stream"

const char *const stream_names[TL_COMMAND_STREAMS] = {"stdin", "stdout",
                                                      "stderr"};

struct stream *stream_test(lua_State *L, int index)
{
    return luaL_testudata(L, index, STREAM);
}

void stream_push(lua_State *L, int command, enum tl_command_stream which)
{
    struct stream *stream = lua_newuserdatauv(L, sizeof *stream, 1);
    *stream =
        (struct stream){.owner = lua_touserdata(L, command), .which = which};
    lua_pushvalue(L, command);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, STREAM);
}

static struct stream *check_self(lua_State *L)
{
    struct stream *stream = stream_test(L, 1);
    if (!stream)
        misuse_wrong_object(L, 1, "stream");
    return stream;
}

static struct stream *check_stream(lua_State *L, const char *call)
{
    struct stream *stream = check_self(L);
    if (!stream->owner->command)
        misuse(L, NULL, stream_names[stream->which],
               "%s: its command was collected", call);
    return stream;
}

/* `command "sort": stdin: write` */
static const char *stream_call(lua_State *L, const struct stream *stream,
                               const char *call)
{
    return lua_pushfstring(
        L, "%s: %s",
        command_call(L, stream->owner, stream_names[stream->which]), call);
}

static tl_deadline stream_deadline(lua_State *L, int index,
                                   const struct stream *stream,
                                   const char *call)
{
    if (!lua_isnoneornil(L, index))
        call = stream_call(L, stream, call);
    return check_deadline(L, index, NULL, call);
}

static int stream_result(lua_State *L, const struct stream *stream,
                         const char *call, int status)
{
    return command_result(L, stream_call(L, stream, call), status);
}

/* ---- reading ---- */

struct format {
    enum tl_read what;
    size_t count;
    bool keeps_newline;
};

static struct format check_format(lua_State *L, const struct stream *stream)
{
    int is_integer;
    lua_Integer count = lua_tointegerx(L, 2, &is_integer);
    if (lua_isnoneornil(L, 2))
        return (struct format){.what = TL_READ_LINE};
    if (lua_type(L, 2) == LUA_TNUMBER && is_integer && count >= 0)
        return (struct format){.what = TL_READ_BYTES, .count = (size_t)count};
    const char *format = shown_text(L, 2);
    const char *letter = format + (*format == '*'); /* as of Lua 5.2 */
    if (lua_type(L, 2) != LUA_TSTRING || !strchr("lLa", *letter) ||
        strlen(letter) != 1)
        misuse(L, NULL, stream_call(L, stream, "read"),
               "a number of bytes, \"l\", \"L\" or \"a\" is expected, not %s",
               format);
    return (struct format){.what = *letter == 'a' ? TL_READ_ALL : TL_READ_LINE,
                           .keeps_newline = *letter == 'L'};
}

/* Pushes what was read, or nothing where the status says so.  Takes it out of
 * the stream only then: if the push raises, nothing is lost. */
static int read_into(lua_State *L, const struct stream *stream,
                     struct format format, tl_deadline deadline)
{
    struct tl_command *command = stream->owner->command;
    struct tl_slice slice;
    int status = tl_command_read(command, stream->which, format.what,
                                 format.count, &slice, deadline);
    if (status < 0)
        return status;
    const char *data = slice.data;
    bool cut = format.what == TL_READ_LINE && !format.keeps_newline &&
               data[slice.size - 1] == '\n';
    lua_pushlstring(L, data, slice.size - cut);
    tl_command_take(command, stream->which, slice.size);
    return status;
}

static int stream_read(lua_State *L)
{
    struct stream *stream = check_stream(L, "read");
    check_method(L, 2, "read");
    lua_settop(L, 3);
    if (stream->which == TL_STDIN)
        return misuse(L, NULL, stream_call(L, stream, "read"),
                      "it is written to; read from stdout or stderr");
    struct format format = check_format(L, stream);
    tl_deadline deadline = stream_deadline(L, 3, stream, "read");
    int status = read_into(L, stream, format, deadline);
    return status < 0 ? stream_result(L, stream, "read", status) : 1;
}

/* The step of lines.  Upvalue: the stream. */
static int next_line(lua_State *L)
{
    struct stream *stream = lua_touserdata(L, lua_upvalueindex(1));
    if (!stream->owner->command)
        return 0;
    context_state = L;
    int status =
        read_into(L, stream, (struct format){.what = TL_READ_LINE}, TL_FOREVER);
    if (status == TL_CLOSED)
        lua_pushnil(L);
    else if (status < 0)
        stream_result(L, stream, "lines", status);
    return 1;
}

static int stream_lines(lua_State *L)
{
    struct stream *stream = check_stream(L, "lines");
    check_method(L, 0, "lines");
    if (stream->which == TL_STDIN)
        return misuse(L, NULL, stream_call(L, stream, "lines"),
                      "it is written to; read from stdout or stderr");
    lua_settop(L, 1);
    lua_pushcclosure(L, next_line, 1);
    return 1;
}

/* ---- writing and closing ---- */

static int stream_write(lua_State *L)
{
    struct stream *stream = check_stream(L, "write");
    check_method(L, 2, "write");
    size_t size, wrote;
    lua_settop(L, 3);
    if (stream->which != TL_STDIN)
        return misuse(L, NULL, stream_call(L, stream, "write"),
                      "it is read from; write to stdin");
    if (!lua_isstring(L, 2))
        return misuse(L, NULL, stream_call(L, stream, "write"),
                      "a string is expected, not %s", shown_a_type(L, 2));
    const char *text = lua_tolstring(L, 2, &size);
    tl_deadline deadline = stream_deadline(L, 3, stream, "write");
    int status =
        tl_command_write(stream->owner->command, text, size, &wrote, deadline);
    if (status == TL_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    int results = stream_result(L, stream, "write", status);
    if (status != TL_TIMEOUT)
        return results;
    lua_pushinteger(L, (lua_Integer)wrote);
    return results + 1;
}

static int close_stream(lua_State *L)
{
    struct stream *stream = check_stream(L, "close");
    int status = tl_command_close(stream->owner->command, stream->which);
    return stream_result(L, stream, "close", status);
}

/* Checks its arguments, so it cannot be __close, to which Lua gives the error
 * too. */
static int stream_close(lua_State *L)
{
    check_stream(L, "close");
    check_method(L, 0, "close");
    return close_stream(L);
}

static int stream_tostring(lua_State *L)
{
    const struct stream *stream = check_self(L);
    const char *name = stream_names[stream->which];
    char text[TL_TEXT_SIZE] = "a command that was collected";
    if (stream->owner->command)
        tl_command_title(stream->owner->command, text, sizeof text);
    lua_pushfstring(L, "%s of %s", name, text);
    return 1;
}

/* ---- the class ---- */

static const luaL_Reg methods[] = {{"read", stream_read},
                                   {"write", stream_write},
                                   {"lines", stream_lines},
                                   {"close", stream_close},
                                   {NULL, NULL}};

/* Upvalue: the methods. */
static int stream_index(lua_State *L)
{
    check_self(L);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    stream_tostring(L);
    return command_no_field(L, lua_tostring(L, -1), methods, "");
}

static int stream_newindex(lua_State *L)
{
    stream_tostring(L);
    return command_no_setting(L, lua_tostring(L, -1));
}

static const luaL_Reg metamethods[] = {{"__tostring", stream_tostring},
                                       {"__newindex", stream_newindex},
                                       {"__close", close_stream},
                                       {NULL, NULL}};

void stream_open(lua_State *L)
{
    command_class(L, STREAM, methods, stream_index, metamethods);
}
