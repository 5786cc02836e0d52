#include "process/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/misuse.h"
#include "tidelock.h"

/* glibc's list of all open files, by FILE's _chain, and its lock. */
extern FILE *_IO_list_all;  /* NOLINT(bugprone-reserved-identifier) */
void _IO_list_lock(void);   /* NOLINT(bugprone-reserved-identifier) */
void _IO_list_unlock(void); /* NOLINT(bugprone-reserved-identifier) */

#define NUMBER_SIZE 64

static char files_key; /* registry: the files of the state, weak */
static lua_CFunction stock_write, stock_method_write;

#define NOT_TOLD (-1)

/* errno of the first failure on stdout and stderr, in any thread, or NOT_TOLD:
 * print says nothing of one, and all that is left of it is the file's flag */
static _Atomic int lost[STDERR_FILENO + 1];

static void note_loss(int fd, int error)
{
    int none = 0;
    if (fd == STDOUT_FILENO || fd == STDERR_FILENO)
        atomic_compare_exchange_strong(&lost[fd], &none,
                                       error ? error : NOT_TOLD);
}

static bool (*taker)(const char *data, size_t size);

void files_divert(bool (*take)(const char *data, size_t size))
{
    taker = take;
}

int files_write(int fd, const void *data, size_t size)
{
    if (taker && taker(data, size))
        return TL_OK;
    int status = tl_output(fd, data, size);
    if (status < 0)
        note_loss(fd, errno);
    return status;
}

/* ---- flushing ---- */

/* The file's own descriptor; -1 for one that has none (--label). */
static int descriptor_of(FILE *file)
{
    int error = errno, fd = fileno(file);
    errno = error;
    return fd;
}

/* Flushes a file, which is locked, around stdio: takes the bytes out of its
 * buffer, and writes them with waits for room. */
static int flush_patiently(FILE *file, int fd)
{
    size_t size = __fpending(file);
    if (size == 0)
        return TL_OK;
    char *copy = malloc(size);
    if (!copy)
        return fflush_unlocked(file) == 0 ? TL_OK : TL_SYSTEM;
    memcpy(copy, file->_IO_write_base, size);
    __fpurge(file);
    int status = files_write(fd, copy, size);
    int error = errno;
    free(copy);
    errno = error;
    return status;
}

static void flush_standard(FILE *file, int number)
{
    flockfile(file);
    int fd = descriptor_of(file);
    if (fd == number)
        flush_patiently(file, fd);
    else if (fflush_unlocked(file) != 0)
        note_loss(number, errno);
    funlockfile(file);
}

void files_flush_stdout(void)
{
    flush_standard(stdout, STDOUT_FILENO);
}

/* Leaves out a file that another thread is using: that one will flush it. */
static void flush_other(FILE *file)
{
    if (file == stdout || file == stderr || ftrylockfile(file) != 0)
        return;
    if (__fpending(file) > 0)
        fflush_unlocked(file);
    funlockfile(file);
}

static void flush_all(void)
{
    _IO_list_lock();
    for (FILE *file = _IO_list_all; file; file = file->_chain)
        flush_other(file);
    _IO_list_unlock();
}

static void flush_kept(lua_State *L)
{
    int top = lua_gettop(L);
    if (!lua_checkstack(L, 4) ||
        lua_rawgetp(L, LUA_REGISTRYINDEX, &files_key) != LUA_TTABLE) {
        lua_settop(L, top);
        return;
    }
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        const luaL_Stream *stream = lua_touserdata(L, -1);
        if (stream && stream->closef && stream->f)
            flush_other(stream->f);
    }
    lua_settop(L, top);
}

void files_flush(lua_State *L)
{
    files_flush_stdout();
    if (__libc_single_threaded)
        flush_all();
    else if (L)
        flush_kept(L);
}

static atomic_bool told; /* what was lost */

void files_forget(lua_State *L)
{
    (void)L;
    /* this is the only thread: no list can change, and no lock is held */
    for (FILE *file = _IO_list_all; file; file = file->_chain)
        if (__fpending(file) > 0)
            __fpurge(file);
    atomic_store(&lost[STDOUT_FILENO], 0);
    atomic_store(&lost[STDERR_FILENO], 0);
    atomic_store(&told, false);
    clearerr_unlocked(stdout);
    clearerr_unlocked(stderr);
}

/* ---- the end ---- */

static bool failed(FILE *file, int fd)
{
    if (ferror_unlocked(file))
        note_loss(fd, NOT_TOLD);
    return atomic_load(&lost[fd]) != 0;
}

int files_end(int status)
{
    flush_standard(stdout, STDOUT_FILENO);
    flush_standard(stderr, STDERR_FILENO);
    flush_all();
    bool out = failed(stdout, STDOUT_FILENO);
    if (out && !atomic_exchange(&told, true)) {
        char text[160];
        int error = atomic_load(&lost[STDOUT_FILENO]);
        int size = snprintf(
            text, sizeof text, "tidelock: the standard output was lost: %s\n",
            error == NOT_TOLD ? "it could not be written" : strerror(error));
        files_write(STDERR_FILENO, text, (size_t)size);
    }
    if (status == EXIT_SUCCESS && (out || failed(stderr, STDERR_FILENO)))
        return EXIT_FAILURE;
    return status;
}

static pid_t owner;

/* Runs when whoever embeds the Lua state calls exit, after everything else:
 * only here can the exit status still change. */
static void at_end(int status, void *unused)
{
    (void)unused;
    if (getpid() != owner)
        return;
    int better = files_end(status);
    if (better != status)
        _exit(better);
}

static void watch_end(void)
{
    if (owner) /* of threads of ours, too */
        return;
    on_exit(at_end, NULL);
    owner = getpid();
}

/* ---- the io library ---- */

void files_keep(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &files_key) == LUA_TTABLE) {
        lua_pushvalue(L, -2);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
    lua_pop(L, 1);
}

/* Calls the stock function, and keeps the file that it returns.  Upvalues: the
 * function and its name. */
static int call_kept(lua_State *L)
{
    int count = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    if (lua_pcall(L, count, LUA_MULTRET, 0) != LUA_OK)
        return misuse_of_stock(L, lua_tostring(L, lua_upvalueindex(2)));
    if (luaL_testudata(L, 1, LUA_FILEHANDLE)) {
        lua_pushvalue(L, 1);
        files_keep(L);
        lua_pop(L, 1);
    }
    return lua_gettop(L);
}

bool files_is_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || !(flags & O_NONBLOCK);
}

/* The descriptor of stdout or stderr where it does not block; else -1. */
static int impatient(FILE *file)
{
    int fd = file == stdout   ? STDOUT_FILENO
             : file == stderr ? STDERR_FILENO
                              : -1;
    return fd < 0 || descriptor_of(file) != fd || files_is_blocking(fd) ? -1
                                                                        : fd;
}

/* The text of a value as io.write has it, which is not always that of tostring.
 */
static const char *to_text(lua_State *L, int index, char number[NUMBER_SIZE],
                           size_t *size)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        return luaL_checklstring(L, index, size);
    int length = lua_isinteger(L, index)
                     ? snprintf(number, NUMBER_SIZE, LUA_INTEGER_FMT,
                                (LUAI_UACINT)lua_tointeger(L, index))
                     : snprintf(number, NUMBER_SIZE, LUA_NUMBER_FMT,
                                (LUAI_UACNUMBER)lua_tonumber(L, index));
    *size = (size_t)length;
    return number;
}

/* Writes the arguments from `first` on, and returns the file at `self`. */
static int write_patiently(lua_State *L, FILE *file, int fd, int first,
                           int self)
{
    int status = TL_OK, count = lua_gettop(L);
    for (int i = first; status == TL_OK && i <= count; i++) {
        size_t size;
        char number[NUMBER_SIZE];
        const char *text = to_text(L, i, number, &size);
        flockfile(file);
        status = flush_patiently(file, fd);
        funlockfile(file);
        if (status == TL_OK)
            status = files_write(fd, text, size);
    }
    if (status < 0)
        return luaL_fileresult(L, 0, NULL);
    lua_pushvalue(L, self);
    return 1;
}

static int method_write(lua_State *L)
{
    luaL_Stream *stream = luaL_testudata(L, 1, LUA_FILEHANDLE);
    int fd = stream && stream->closef ? impatient(stream->f) : -1;
    if (fd < 0)
        return stock_method_write(L);
    return write_patiently(L, stream->f, fd, 2, 1);
}

static int io_write(lua_State *L)
{
    luaL_Stream *stream = NULL;
    if (lua_getfield(L, LUA_REGISTRYINDEX, "_IO_output") == LUA_TUSERDATA)
        stream = luaL_testudata(L, -1, LUA_FILEHANDLE);
    int fd = stream && stream->closef ? impatient(stream->f) : -1;
    if (fd < 0) {
        lua_pop(L, 1);
        return stock_write(L);
    }
    lua_insert(L, 1);
    return write_patiently(L, stream->f, fd, 2, 1);
}

static void keep_results(lua_State *L, const char *name)
{
    if (lua_getfield(L, -1, name) != LUA_TFUNCTION) {
        lua_pop(L, 1);
        return;
    }
    lua_pushstring(L, name);
    lua_pushcclosure(L, call_kept, 2);
    lua_setfield(L, -2, name);
}

/* Keeps the stock function once for all states, in which it is the same. */
static void replace_write(lua_State *L, lua_CFunction *stock,
                          lua_CFunction function)
{
    lua_getfield(L, -1, "write");
    lua_CFunction found = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    if (!found || (*stock && found != *stock))
        return;
    if (!*stock)
        *stock = found;
    lua_pushcfunction(L, function);
    lua_setfield(L, -2, "write");
}

static void make_list(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &files_key);
}

void files_open(lua_State *L)
{
    watch_end();
    bool again = lua_rawgetp(L, LUA_REGISTRYINDEX, &files_key) == LUA_TTABLE;
    lua_pop(L, 1);
    if (again)
        return;
    make_list(L);
    lua_getglobal(L, "io");
    if (lua_istable(L, -1)) {
        keep_results(L, "open");
        keep_results(L, "output");
        keep_results(L, "tmpfile");
        replace_write(L, &stock_write, io_write);
        if (luaL_getmetatable(L, LUA_FILEHANDLE) == LUA_TTABLE) {
            if (lua_getfield(L, -1, "__index") == LUA_TTABLE)
                replace_write(L, &stock_method_write, method_write);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}
