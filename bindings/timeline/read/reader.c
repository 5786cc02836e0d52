#include "timeline/read/reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#include "tidelock.h"
#include "timeline/read/columns.h"
#include "timeline/read/contents.h"
#include "timeline/read/records.h"

#define NANO 1e-9
#define SPANS 4            /* their index on the stack */
#define TELL_AFTER 500000u /* spans */

static int refuse(lua_State *L, const char *path, const char *why)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, why);
    return 2;
}

/* Why the file cannot be a trace that is understood; NULL: it can. */
static const char *check_header(const struct bytes *bytes)
{
    size_t magic = sizeof TL_TRACE_MAGIC - 1, left = bytes_left(bytes);
    if (left == 0)
        return "the file is empty: nothing was recorded in it";
    if (memcmp(bytes->at, TL_TRACE_MAGIC, left < magic ? left : magic) != 0)
        return "this is no trace; tidelock --trace=FILE script.lua writes one";
    if (left < TL_TRACE_HEADER)
        return "the trace is cut off in its first bytes";
    struct bytes version = {.at = bytes->at + magic, .end = bytes->end};
    uint64_t is = bytes_fixed(&version, 4);
    if (is < TL_TRACE_VERSION)
        return "the trace is of an older tidelock, and this one reads no such "
               "traces: record it anew, or look at it with that one";
    if (is > TL_TRACE_VERSION)
        return "the trace is of a newer tidelock than this one: look at it "
               "with that one";
    return NULL;
}

static void set_flag(lua_State *L, const char *name, uint64_t flag)
{
    if (flag)
        lua_pushboolean(L, 1);
    else
        lua_pushnil(L);
    lua_setfield(L, -2, name);
}

static void push_model(lua_State *L, struct bytes *bytes)
{
    static const char *const lists[] = {"tasks", "objects",    "files",
                                        "marks", "operations", "ends"};
    bytes->at += sizeof TL_TRACE_MAGIC - 1 + 4;
    uint64_t flags = bytes_fixed(bytes, 4), began = bytes_fixed(bytes, 8);
    lua_createtable(L, 0, 16);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        lua_newtable(L);
        lua_setfield(L, -2, lists[i]);
    }
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "title");
    set_flag(L, "logical", flags & TL_TRACE_LOGICAL);
    set_flag(L, "simulated", flags & TL_TRACE_SIMULATED);
    set_flag(L, "last", flags & TL_TRACE_LAST);
    if (began) {
        lua_pushnumber(L, (lua_Number)began * NANO);
        lua_setfield(L, -2, "began");
    }
}

static void set_cut(lua_State *L, const struct bytes *all,
                    const struct reading *reading, bool damaged)
{
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, reading->bytes.at - all->at);
    lua_setfield(L, -2, "at");
    lua_pushinteger(L, (lua_Integer)bytes_left(all));
    lua_setfield(L, -2, "size");
    lua_pushboolean(L, damaged);
    lua_setfield(L, -2, "damaged");
    lua_setfield(L, reading->model, "cut");
}

/* Calls `tell`, the second argument, with how much of all was read. */
static void tell_share(const struct bytes *all, const struct reading *reading)
{
    lua_State *L = reading->L;
    if (lua_isnoneornil(L, 2))
        return;
    lua_pushvalue(L, 2);
    lua_pushnumber(L, (lua_Number)(reading->bytes.at - all->at) /
                          (lua_Number)bytes_left(all));
    lua_call(L, 1, 0);
}

/* All records up to one that is not whole, or wrong. */
static enum spans_status read_records(const struct bytes *all,
                                      struct reading *reading)
{
    enum spans_status status = SPANS_WELL;
    uint32_t told = 0;
    while (status == SPANS_WELL && !reading->whole &&
           bytes_left(&reading->bytes) > 0) {
        struct bytes before = reading->bytes;
        uint32_t count = reading->spans->count;
        status = records_read(reading);
        if (status == SPANS_BROKEN && reading->spans->count == count)
            reading->bytes.at = before.at;
        if (reading->spans->count - told >= TELL_AFTER) {
            told = reading->spans->count;
            tell_share(all, reading);
        }
    }
    if (status == SPANS_NO_MEMORY)
        return status;
    bool broken = status == SPANS_BROKEN && !reading->bytes.missing;
    bool wrong = reading->whole && (bytes_left(&reading->bytes) > 0 ||
                                    reading->told != reading->spans->count);
    if (broken || wrong || !reading->whole)
        set_cut(reading->L, all, reading, broken || wrong);
    return SPANS_WELL;
}

static int read_trace(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct bytes bytes;
    lua_settop(L, 2);
    if (!contents_push(L, path, &bytes))
        return 2;
    const char *why = check_header(&bytes);
    if (why)
        return refuse(L, path, why);
    struct bytes all = bytes;
    struct spans *spans = columns_push_spans(L);
    push_model(L, &bytes);
    struct reading reading = {
        .L = L, .model = lua_gettop(L), .bytes = bytes, .spans = spans};
    if (read_records(&all, &reading) == SPANS_NO_MEMORY ||
        !spans_finish(spans))
        return refuse(L, path, "it needs more memory than there is");
    records_finish(&reading);
    columns_push(L, SPANS);
    lua_setfield(L, -2, "spans");
    return 1;
}

/* Whether there is a file that begins as a trace does. */
static int is_there(lua_State *L)
{
    char begin[sizeof TL_TRACE_MAGIC - 1];
    struct stat file;
    int fd = tl_standard_avoid(
        open(luaL_checkstring(L, 1), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    bool found = fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
                 read(fd, begin, sizeof begin) == sizeof begin &&
                 memcmp(begin, TL_TRACE_MAGIC, sizeof begin) == 0;
    if (fd >= 0)
        close(fd);
    lua_pushboolean(L, found);
    return 1;
}

static bool has_suffix(const char *name)
{
    size_t size = strlen(name), suffix = sizeof TL_TRACE_SUFFIX - 1;
    return size > suffix && strcmp(name + size - suffix, TL_TRACE_SUFFIX) == 0;
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
                                  : a->tv_nsec > b->tv_nsec;
}

static int newest(lua_State *L)
{
    const char *directory = luaL_optstring(L, 1, ".");
    char best[NAME_MAX + 1] = "";
    struct timespec latest = {0};
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        struct stat file;
        if (!has_suffix(entry->d_name) ||
            fstatat(dirfd(entries), entry->d_name, &file, 0) != 0 ||
            !S_ISREG(file.st_mode))
            continue;
        if (*best && !is_newer(&file.st_mtim, &latest))
            continue;
        latest = file.st_mtim;
        snprintf(best, sizeof best, "%s", entry->d_name);
    }
    if (entries)
        closedir(entries);
    if (!*best)
        lua_pushnil(L);
    else if (strcmp(directory, ".") == 0)
        lua_pushstring(L, best);
    else
        lua_pushfstring(L, "%s/%s", directory, best);
    return 1;
}

int reader_open_library(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"read", read_trace},
        {"newest", newest},
        {"is_there", is_there},
        {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
