#include "simulate/file_points.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/support.h"
#include "simulate/file_identity.h"
#include "simulate/stream_buffer.h"
#include "simulate/wrap.h"

#define NUMBER_MOST 32 /* bytes of a number as text */

/* The fields of the registry by which the io library knows its defaults. */
#define INPUT "_IO_input"
#define OUTPUT "_IO_output"

static lua_CFunction stock_open, stock_lines, stock_input, stock_output,
    stock_tmpfile, stock_read, stock_write, stock_close, stock_remove,
    stock_rename, stock_next_line;
static lua_CFunction method_read_stock, method_write_stock, method_lines_stock,
    method_seek_stock, method_flush_stock, method_close_stock,
    method_setvbuf_stock, method_end_stock, stock_flush;

/* ---- the points ---- */

static void announce(lua_State *L, enum tl_file_use use,
                     const struct file_identity *identity)
{
    context_state = L;
    int status = tl_simulate_file(use, identity->number, identity->name);
    if (status < 0)
        result_failure(L, NULL, NULL, status);
}

void file_points_announce(lua_State *L, enum tl_file_use use, const char *path)
{
    struct file_identity identity;
    file_identity_of_path(&identity, path);
    announce(L, use, &identity);
}

/* Where the argument at index is a name, or a number, which is one, too. */
static void announce_name(lua_State *L, enum tl_file_use use, int index)
{
    if (lua_isstring(L, index))
        file_points_announce(L, use, lua_tostring(L, index));
}

/* The open file at index; NULL: something else, or a standard output. */
static FILE *file_at(lua_State *L, int index)
{
    const luaL_Stream *stream = luaL_testudata(L, index, LUA_FILEHANDLE);
    if (!stream || !stream->closef || stream->f == stdout ||
        stream->f == stderr)
        return NULL;
    return stream->f;
}

static FILE *file_default(lua_State *L, const char *field)
{
    lua_getfield(L, LUA_REGISTRYINDEX, field);
    FILE *file = file_at(L, -1);
    lua_pop(L, 1);
    return file;
}

static void announce_stream(lua_State *L, enum tl_file_use use, FILE *file)
{
    struct file_identity identity;
    if (!file)
        return;
    file_identity_of_stream(&identity, file);
    announce(L, use, &identity);
}

/* What is done to the file gives it what its buffer holds first. */
static void announce_use(lua_State *L, enum tl_file_use use, FILE *file)
{
    if (file && stream_buffer_is_pending(file))
        use = TL_FILE_FLUSH;
    announce_stream(L, use, file);
}

static void announce_flush(lua_State *L, FILE *file)
{
    if (file && stream_buffer_is_pending(file))
        announce_stream(L, TL_FILE_FLUSH, file);
}

/* The arguments from `first` on are going to be written. */
static void announce_write(lua_State *L, FILE *file, int first)
{
    size_t size = 0;
    bool newline = false;
    for (int i = first; file && i <= lua_gettop(L); i++) {
        size_t length = NUMBER_MOST;
        if (lua_type(L, i) == LUA_TSTRING) {
            const char *text = lua_tolstring(L, i, &length);
            newline = newline || memchr(text, '\n', length);
        }
        size += length;
    }
    if (file && stream_buffer_overflows(file, size, newline))
        announce_stream(L, TL_FILE_WRITE, file);
}

/* ---- what is kept before it is changed ---- */

static const struct file_keeper *keeper; /* NULL: nobody */

void file_points_keep_with(const struct file_keeper *keeper_)
{
    keeper = keeper_;
}

void file_points_makes(const char *path)
{
    if (keeper)
        keeper->keep(path, true);
}

void file_points_draws(const char *path)
{
    if (keeper && path)
        keeper->drawn(path);
    else if (keeper)
        keeper->draw();
}

static void keep_name(lua_State *L, int index, bool follows)
{
    if (keeper && lua_isstring(L, index))
        keeper->keep(lua_tostring(L, index), follows);
}

/* ---- lines ---- */

/* The iterator: its first upvalue is the file. */
static int next_line(lua_State *L)
{
    announce_use(L, TL_FILE_READ, file_at(L, lua_upvalueindex(1)));
    return stock_next_line(L);
}

/* Wraps the first of the results, an iterator. */
static int wrap_lines(lua_State *L, int results)
{
    int first = lua_gettop(L) - results + 1;
    lua_pushvalue(L, first);
    wrap_top(L, &stock_next_line, next_line);
    lua_replace(L, first);
    return results;
}

static int io_lines(lua_State *L)
{
    announce_name(L, TL_FILE_OPEN, 1);
    return wrap_lines(L, stock_lines(L));
}

static int method_lines(lua_State *L)
{
    return wrap_lines(L, method_lines_stock(L));
}

/* ---- the io library ---- */

static int io_open(lua_State *L)
{
    announce_name(L, TL_FILE_OPEN, 1);
    const char *mode = lua_tostring(L, 2);
    if (mode && (*mode != 'r' || strchr(mode, '+')))
        keep_name(L, 1, true);
    int results = stock_open(L);
    if (results > 1) /* nil, and why */
        tl_simulate_file_failed();
    return results;
}

static int io_input(lua_State *L)
{
    announce_name(L, TL_FILE_OPEN, 1);
    return stock_input(L);
}

static int io_output(lua_State *L)
{
    announce_name(L, TL_FILE_OPEN, 1);
    keep_name(L, 1, true);
    return stock_output(L);
}

static int io_tmpfile(lua_State *L)
{
    file_points_announce(L, TL_FILE_OPEN, "a temporary file");
    return stock_tmpfile(L);
}

static int io_read(lua_State *L)
{
    announce_use(L, TL_FILE_READ, file_default(L, INPUT));
    return stock_read(L);
}

static int io_write(lua_State *L)
{
    announce_write(L, file_default(L, OUTPUT), 1);
    return stock_write(L);
}

static int io_flush(lua_State *L)
{
    announce_flush(L, file_default(L, OUTPUT));
    return stock_flush(L);
}

static int io_close(lua_State *L)
{
    announce_use(L, TL_FILE_CLOSE,
                 lua_isnone(L, 1) ? file_default(L, OUTPUT) : file_at(L, 1));
    return stock_close(L);
}

/* ---- the methods of a file ---- */

static int method_read(lua_State *L)
{
    announce_use(L, TL_FILE_READ, file_at(L, 1));
    return method_read_stock(L);
}

static int method_write(lua_State *L)
{
    announce_write(L, file_at(L, 1), 2);
    return method_write_stock(L);
}

static int method_seek(lua_State *L)
{
    announce_use(L, TL_FILE_SEEK, file_at(L, 1));
    return method_seek_stock(L);
}

static int method_flush(lua_State *L)
{
    announce_flush(L, file_at(L, 1));
    return method_flush_stock(L);
}

static int method_setvbuf(lua_State *L)
{
    announce_flush(L, file_at(L, 1));
    return method_setvbuf_stock(L);
}

static int method_close(lua_State *L)
{
    announce_use(L, TL_FILE_CLOSE, file_at(L, 1));
    return method_close_stock(L);
}

/* __close: a file in a variable to be closed goes out of scope. */
static int method_end(lua_State *L)
{
    announce_use(L, TL_FILE_CLOSE, file_at(L, 1));
    return method_end_stock(L);
}

/* ---- the os library ---- */

static int os_remove(lua_State *L)
{
    announce_name(L, TL_FILE_REMOVE, 1);
    keep_name(L, 1, false);
    int results = stock_remove(L);
    if (keeper && results == 1) /* else nil, and why */
        keeper->removed(lua_tostring(L, 1));
    return results;
}

static int os_rename(lua_State *L)
{
    if (lua_isstring(L, 2)) {
        announce_name(L, TL_FILE_RENAME, 1);
        announce_name(L, TL_FILE_RENAME, 2);
        if (keeper && lua_isstring(L, 1))
            keeper->rename(lua_tostring(L, 1), lua_tostring(L, 2));
    }
    return stock_rename(L);
}

/* ---- opening ---- */

static const struct wrap io[] = {{"open", &stock_open, io_open},
                                 {"lines", &stock_lines, io_lines},
                                 {"input", &stock_input, io_input},
                                 {"output", &stock_output, io_output},
                                 {"tmpfile", &stock_tmpfile, io_tmpfile},
                                 {"read", &stock_read, io_read},
                                 {"write", &stock_write, io_write},
                                 {"flush", &stock_flush, io_flush},
                                 {"close", &stock_close, io_close},
                                 {NULL, NULL, NULL}};

static const struct wrap methods[] = {
    {"read", &method_read_stock, method_read},
    {"write", &method_write_stock, method_write},
    {"lines", &method_lines_stock, method_lines},
    {"seek", &method_seek_stock, method_seek},
    {"flush", &method_flush_stock, method_flush},
    {"setvbuf", &method_setvbuf_stock, method_setvbuf},
    {"close", &method_close_stock, method_close},
    {NULL, NULL, NULL}};

static const struct wrap metamethods[] = {
    {"__close", &method_end_stock, method_end}, {NULL, NULL, NULL}};

static const struct wrap os[] = {{"remove", &stock_remove, os_remove},
                                 {"rename", &stock_rename, os_rename},
                                 {NULL, NULL, NULL}};

void file_points_open(lua_State *L)
{
    wrap_library(L, "io", io);
    wrap_library(L, "os", os);
    if (luaL_getmetatable(L, LUA_FILEHANDLE) == LUA_TTABLE) {
        wrap_fields(L, metamethods);
        lua_getfield(L, -1, "__index");
        wrap_fields(L, methods);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}
