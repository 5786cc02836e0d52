#include "terminal/keys.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>

#include "tidelock.h"
#include "terminal/key_names.h"
#include "terminal/raw_mode.h"
#include "terminal/screen.h"

#define ESCAPE_PATIENCE 0.1
#define SEQUENCE_PATIENCE 1.0
#define PASTE_MOST (1 << 20)

/* What was read and is not told yet. */
static char *bytes;
static size_t used, room;
static bool closed;

static void drop(size_t count)
{
    used -= count;
    memmove(bytes, bytes + count, used);
}

static bool make_room(void)
{
    if (room - used >= 256)
        return true;
    char *larger = realloc(bytes, room * 2 + 4096);
    if (!larger)
        return false;
    bytes = larger;
    room = room * 2 + 4096;
    return true;
}

enum arrival { ARRIVED, LATE, RESIZED };

static void read_more(void)
{
    ssize_t got =
        make_room() ? read(STDIN_FILENO, bytes + used, room - used) : 0;
    if (got > 0)
        used += (size_t)got;
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
        closed = true;
}

/* Waits for more bytes, or the end of them, up to this time. */
static enum arrival await(double until)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = raw_mode_changes(), .events = POLLIN}};
    for (;;) {
        double left = until - tl_real_now();
        if (left < 0)
            left = 0;
        struct timespec time = {(time_t)left,
                                (long)((left - (double)(time_t)left) * 1e9)};
        int count = ppoll(fds, 2, &time, NULL);
        if (count > 0 && fds[1].revents && raw_mode_has_changed())
            return RESIZED;
        if (count > 0 && fds[0].revents) {
            read_more();
            return ARRIVED;
        }
        if (count == 0 && tl_real_now() >= until)
            return LATE;
    }
}

static int push_nothing(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

static int push_resize(lua_State *L)
{
    lua_pushliteral(L, "resize");
    return 1;
}

/* What was pasted, up to its end, or as much as came. */
static int push_paste(lua_State *L)
{
    const char *end;
    double until = tl_real_now() + SEQUENCE_PATIENCE;
    while (
        !(end = used ? memmem(bytes, used, KEY_PASTE_END, strlen(KEY_PASTE_END))
                     : NULL) &&
        !closed && used < PASTE_MOST) {
        size_t before = used;
        if (await(until) == LATE)
            break;
        if (used > before)
            until = tl_real_now() + SEQUENCE_PATIENCE;
    }
    size_t size = end ? (size_t)(end - bytes) : used;
    lua_pushliteral(L, "paste");
    lua_pushlstring(L, bytes ? bytes : "", size);
    drop(end ? size + strlen(KEY_PASTE_END) : size);
    return 2;
}

static int push_key(lua_State *L, const char *name)
{
    if (strcmp(name, KEY_PASTE) == 0)
        return push_paste(L);
    lua_pushstring(L, name);
    return 1;
}

static double patience(void)
{
    return used == 1 ? ESCAPE_PATIENCE : SEQUENCE_PATIENCE;
}

/* The next key of what was read, if it is there; else waits for the rest of it,
 * if it has begun; nothing is pushed: there is none. */
static int push_next(lua_State *L)
{
    char name[KEY_NAME_SIZE];
    bool late = false;
    while (used > 0) {
        size_t count = key_names_read(bytes, used, late || closed, name);
        if (count > 0) {
            drop(count);
            late = false;
            if (name[0])
                return push_key(L, name);
            continue;
        }
        enum arrival arrival = await(tl_real_now() + patience());
        if (arrival == RESIZED)
            return push_resize(L);
        late = arrival == LATE;
    }
    return 0;
}

static int keys_read(lua_State *L)
{
    double until = tl_real_now() + luaL_optnumber(L, 1, 1e9);
    for (;;) {
        int pushed = push_next(L);
        if (pushed > 0) {
            if (pushed == 1 && strcmp(lua_tostring(L, -1), "ctrl-z") == 0) {
                lua_pop(L, 1);
                raw_mode_suspend();
                continue;
            }
            return pushed;
        }
        if (closed) {
            lua_pushliteral(L, "eof");
            return 1;
        }
        enum arrival arrival = await(until);
        if (arrival == RESIZED)
            return push_resize(L);
        if (arrival == LATE)
            return push_nothing(L);
    }
}

static int keys_start(lua_State *L)
{
    if (raw_mode_start(lua_toboolean(L, 1))) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushfstring(L, "no terminal: %s", strerror(errno));
    return 2;
}

static int keys_stop(lua_State *L)
{
    (void)L;
    raw_mode_stop();
    return 0;
}

static int keys_is_terminal(lua_State *L)
{
    lua_pushboolean(L, screen_is_terminal() && screen_moves_cursor());
    return 1;
}

static int keys_has_colours(lua_State *L)
{
    lua_pushboolean(L, screen_has_colours());
    return 1;
}

static int keys_size(lua_State *L)
{
    int columns, rows;
    if (!screen_size(STDOUT_FILENO, &columns, &rows))
        return 0;
    lua_pushinteger(L, columns);
    lua_pushinteger(L, rows);
    return 2;
}

static int keys_wait(lua_State *L)
{
    double time = luaL_checknumber(L, 1);
    struct timespec left = {(time_t)time,
                            (long)((time - (double)(time_t)time) * 1e9)};
    ppoll(NULL, 0, &left, NULL);
    return 0;
}

static int keys_write(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    lua_pushboolean(L, raw_mode_write(text, size));
    return 1;
}

/* The columns that a line takes: colours have none, a character one. */
static int width_of(const char *text, size_t length)
{
    int width = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\033')
            while (i + 1 < length && text[i] != 'm')
                i++;
        else if ((text[i] & 0xc0) != 0x80)
            width++;
    }
    return width;
}

/* A line clears what is behind it, so that nothing is cleared that is going to
 * be written again; but not where it is full, since that would take its last
 * character. */
static void add_line(luaL_Buffer *buffer, const char *text, size_t length,
                     int columns)
{
    luaL_addlstring(buffer, text, length);
    luaL_addstring(buffer, "\033[0m");
    if (columns == 0 || width_of(text, length) < columns)
        luaL_addstring(buffer, "\033[K");
}

/* Terminals that know the first mark show it all at once. */
static int keys_draw(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size), *end = text + size;
    int columns = 0, rows = 0, row = 0;
    luaL_Buffer buffer;
    screen_size(STDOUT_FILENO, &columns, &rows);
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, "\033[?2026h\033[?7l\033[H");
    for (; text < end && (rows == 0 || row < rows); row++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text);
        luaL_addstring(&buffer, row > 0 ? "\r\n" : "");
        add_line(&buffer, text, length, columns);
        text += length + 1;
    }
    if (rows == 0 || row < rows)
        luaL_addstring(&buffer, row > 0 ? "\r\n\033[J" : "\033[J");
    luaL_addstring(&buffer, "\033[?7h\033[?2026l");
    luaL_pushresult(&buffer);
    text = lua_tolstring(L, -1, &size);
    lua_pushboolean(L, raw_mode_write(text, size));
    return 1;
}

int keys_open_library(lua_State *L)
{
    static const luaL_Reg functions[] = {{"is_terminal", keys_is_terminal},
                                         {"has_colours", keys_has_colours},
                                         {"size", keys_size},
                                         {"start", keys_start},
                                         {"stop", keys_stop},
                                         {"read", keys_read},
                                         {"draw", keys_draw},
                                         {"write", keys_write},
                                         {"wait", keys_wait},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
