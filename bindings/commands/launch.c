#include "commands/launch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "commands/command.h"
#include "commands/stream.h"
#include "lua/compat.h"
#include "lua/support.h"
#include "process/files.h"
#include "process/foster.h"

static const char *const option_names[] = {"stdin", "stdout", "stderr", "env",
                                           "cwd",   "name",   "group",  NULL};

/* ---- texts ---- */

/* Pops the string at the top, or a number as a string, and returns it; the
 * table at `anchors` keeps it.  Raises where it has a zero byte inside. */
static char *keep_text(lua_State *L, int anchors, const char *what)
{
    size_t size;
    if (!lua_isstring(L, -1))
        misuse(L, NULL, "command", "%s must be a string, not %s", what,
               shown_a_type(L, -1));
    const char *text = lua_tolstring(L, -1, &size);
    if (strlen(text) != size)
        misuse(L, NULL, "command", "%s holds a zero byte", what);
    lua_rawseti(L, anchors, (lua_Integer)lua_rawlen(L, anchors) + 1);
    return (char *)text;
}

static char **new_list(lua_State *L, size_t count)
{
    char **list = lua_newuserdatauv(L, (count + 1) * sizeof *list, 1);
    list[count] = NULL;
    return list;
}

static char *const *get_arguments(lua_State *L, int anchors)
{
    size_t count = lua_rawlen(L, 1);
    char **list = new_list(L, count);
    for (size_t i = 0; i < count; i++) {
        char what[40] = "the program";
        if (i > 0)
            snprintf(what, sizeof what, "argument %zu", i);
        lua_rawgeti(L, 1, (lua_Integer)i + 1);
        list[i] = keep_text(L, anchors, what);
    }
    if (count == 0 || !*list[0])
        misuse(L, NULL, "command",
               "the program is expected first, such as "
               "ipc.command{ \"sort\", \"-r\" }");
    return list;
}

/* How many variables are in the table at the top, which stays there. */
static size_t count_variables(lua_State *L)
{
    size_t count = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            misuse(L, NULL, "command", "env: the names must be strings, not %s",
                   shown_a_type(L, -2));
        const char *name = lua_tostring(L, -2);
        if (!lua_isstring(L, -1))
            misuse(L, NULL, "command", "env.%s must be a string, not %s", name,
                   shown_a_type(L, -1));
        if (strchr(name, '='))
            misuse(L, NULL, "command", "env: the name \"%s\" holds a =", name);
        lua_pop(L, 1);
        count++;
    }
    return count;
}

/* The environment for the program; NULL where the script gives none. */
static char *const *get_environment(lua_State *L, int anchors)
{
    if (lua_getfield(L, 1, "env") == LUA_TNIL)
        return NULL;
    if (!lua_istable(L, -1))
        misuse(L, NULL, "command",
               "env must be a table of names and values, "
               "not %s",
               shown_a_type(L, -1));
    size_t i = 0, count = count_variables(L);
    char **list = new_list(L, count);
    lua_insert(L, -2);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (i == count)
            misuse(L, NULL, "command", "env: a finalizer changed it");
        lua_pushvalue(L, -2);
        lua_pushliteral(L, "=");
        lua_pushvalue(L, -3);
        lua_concat(L, 3);
        list[i++] = keep_text(L, anchors, "a value of env");
        lua_pop(L, 1);
    }
    list[i] = NULL; /* fewer than counted, where a finalizer took some away */
    return list;
}

static const char *get_text(lua_State *L, int anchors, const char *name)
{
    if (lua_getfield(L, 1, name) == LUA_TNIL)
        return NULL;
    return keep_text(L, anchors, name);
}

static const char *get_name(lua_State *L, int anchors)
{
    lua_getfield(L, 1, "name");
    if (!check_name(L, lua_gettop(L), "command"))
        return NULL;
    return keep_text(L, anchors, "name");
}

static bool get_flag(lua_State *L, const char *name)
{
    int type = lua_getfield(L, 1, name);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        misuse(L, NULL, "command", "%s must be true or false, not %s", name,
               shown_a_type(L, -1));
    bool flag = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

/* ---- streams ---- */

static int bad_stream(lua_State *L, const char *name)
{
    bool is_stderr = strcmp(name, "stderr") == 0;
    const char *shown = lua_type(L, -1) == LUA_TSTRING
                            ? lua_pushfstring(L, "\"%s\"", lua_tostring(L, -1))
                            : shown_a_type(L, -1);
    return misuse(L, NULL, "command",
                  "%s must be \"pipe\", \"inherit\", "
                  "\"null\", %sa file or a stream of another command, not %s",
                  name, is_stderr ? "\"stdout\", " : "", shown);
}

static struct tl_redirection from_word(lua_State *L, int which)
{
    static const struct {
        const char *word;
        enum tl_redirect to;
    } words[] = {{"pipe", TL_REDIRECT_PIPE},
                 {"inherit", TL_REDIRECT_INHERIT},
                 {"null", TL_REDIRECT_NULL},
                 {"stdout", TL_REDIRECT_STDOUT}};
    const char *word = lua_tostring(L, -1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i].word) == 0 &&
            (words[i].to != TL_REDIRECT_STDOUT || which == TL_STDERR))
            return (struct tl_redirection){.to = words[i].to};
    bad_stream(L, stream_names[which]);
    return (struct tl_redirection){0};
}

/* A file of the script: first flushes what the script has written to it. */
static struct tl_redirection from_file(lua_State *L, int which)
{
    luaL_Stream *file = lua_touserdata(L, -1);
    if (!file->closef)
        misuse(L, NULL, "command", "%s: the file is closed",
               stream_names[which]);
    fflush(file->f);
    return (struct tl_redirection){.to = TL_REDIRECT_DESCRIPTOR,
                                   .descriptor = fileno(file->f)};
}

static struct tl_redirection from_stream(lua_State *L, int which,
                                         const struct stream *stream)
{
    const char *name = stream_names[which];
    struct tl_command *command = stream->owner->command;
    if ((which == TL_STDIN) == (stream->which == TL_STDIN))
        misuse(L, NULL, "command", "%s cannot be the %s of another command",
               name, stream_names[stream->which]);
    if (!command)
        misuse(L, NULL, "command", "%s: the stream is closed", name);
    if (!tl_command_is_whole(command, stream->which))
        misuse(L, NULL, "command",
               "%s: the stream has been read in part, "
               "and what was read would be missing",
               name);
    return (struct tl_redirection){
        .to = TL_REDIRECT_COMMAND, .command = command, .stream = stream->which};
}

/* What the options say of a stream.  Leaves the value on the stack, where it
 * keeps what the result refers to. */
static struct tl_redirection get_stream(lua_State *L, int which)
{
    int type = lua_getfield(L, 1, stream_names[which]);
    if (type == LUA_TNIL)
        return (struct tl_redirection){.to = TL_REDIRECT_PIPE};
    if (type == LUA_TSTRING)
        return from_word(L, which);
    if (luaL_testudata(L, -1, LUA_FILEHANDLE))
        return from_file(L, which);
    const struct stream *stream = stream_test(L, -1);
    if (stream)
        return from_stream(L, which, stream);
    bad_stream(L, stream_names[which]);
    return (struct tl_redirection){0};
}

/* ---- the start ---- */

/* Pushes a command that is not started yet.  It has the streams that `piped`
 * names, and nil for the others. */
static struct command *push_command(lua_State *L,
                                    const bool piped[TL_COMMAND_STREAMS])
{
    struct command *command = lua_newuserdatauv(L, sizeof *command, 1);
    int index = lua_gettop(L);
    command->command = NULL;
    luaL_setmetatable(L, COMMAND_TYPE);
    lua_createtable(L, 0, TL_COMMAND_STREAMS);
    for (int i = 0; i < TL_COMMAND_STREAMS; i++) {
        if (!piped[i])
            continue;
        stream_push(L, index, i);
        lua_setfield(L, -2, stream_names[i]);
    }
    lua_setiuservalue(L, index, 1);
    return command;
}

static bool is_argument(lua_State *L, int index, size_t count)
{
    return lua_isinteger(L, index) && lua_tointeger(L, index) >= 1 &&
           (size_t)lua_tointeger(L, index) <= count;
}

static bool is_option(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TSTRING)
        return false;
    for (const char *const *name = option_names; *name; name++)
        if (strcmp(lua_tostring(L, index), *name) == 0)
            return true;
    return false;
}

/* Raises unless the only argument, at 1, is a table of options. */
static void check_table(lua_State *L)
{
    if (!(lua_gettop(L) == 1 && lua_istable(L, 1))) {
        int count = lua_gettop(L);
        lua_createtable(L, count, 0);
        lua_insert(L, 1);
        for (int i = count; i >= 1; i--)
            lua_rawseti(L, 1, i);
    }
    size_t count = lua_rawlen(L, 1);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        if (!is_argument(L, -1, count) && !is_option(L, -1))
            misuse(L, NULL, "command",
                   "unknown option \"%s\"; there are: "
                   "stdin, stdout, stderr, env, cwd, name, group",
                   shown_text(L, -1));
    }
}

static int start_failed(lua_State *L, int status,
                        const struct tl_command_options *options,
                        enum tl_command_step step)
{
    const char *program = options->arguments[0];
    if (status == TL_DROPPED)
        return misuse(L, NULL, NULL,
                      "cannot start \"%s\": the stream of the "
                      "other command is closed",
                      program);
    if (status != TL_SYSTEM)
        return result_failure(L, NULL, "command", status);
    if (step == TL_COMMAND_FOLDER)
        return misuse(L, NULL, NULL, "cannot start \"%s\" in \"%s\": %m",
                      program, options->folder);
    if (step == TL_COMMAND_INTERPRETER)
        return misuse(L, NULL, NULL,
                      "cannot start \"%s\": the interpreter "
                      "that it names is missing",
                      program);
    return misuse(L, NULL, NULL, "cannot start \"%s\": %m%s", program,
                  result_way_out());
}

/* Whether to try again, where no descriptor was left: commands that the script
 * has dropped and the collector has not seen may hold some. */
static bool ran_out(lua_State *L, int status, bool *tried)
{
    int error = errno;
    bool again = status == TL_SYSTEM && (error == EMFILE || error == ENFILE) &&
                 result_try_again(L, TL_NO_MEMORY, tried);
    errno = error;
    return again;
}

static int start(struct command *command,
                 const struct tl_command_options *options,
                 enum tl_command_step *step)
{
    struct tl_command_options fostered = *options;
    int output = foster_command(&fostered);
    int status = tl_command_new(&command->command, &fostered, step);
    foster_started(NULL, output);
    return status;
}

int launch_command(lua_State *L)
{
    struct tl_command_options options = {0};
    bool piped[TL_COMMAND_STREAMS], tried = false;
    enum tl_command_step step;
    int status;
    check_table(L);
    lua_newtable(L);
    int anchors = lua_gettop(L);
    options.arguments = get_arguments(L, anchors);
    options.environment = get_environment(L, anchors);
    options.folder = get_text(L, anchors, "cwd");
    options.name = get_name(L, anchors);
    options.group = get_flag(L, "group");
    for (int i = 0; i < TL_COMMAND_STREAMS; i++) {
        options.streams[i] = get_stream(L, i);
        piped[i] = options.streams[i].to == TL_REDIRECT_PIPE;
    }
    struct command *command = push_command(L, piped);
    files_flush_stdout(); /* what the script has printed comes first */
    do
        status = start(command, &options, &step);
    while (ran_out(L, status, &tried));
    return status < 0 ? start_failed(L, status, &options, step) : 1;
}
