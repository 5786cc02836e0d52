#include "judge/board.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <lauxlib.h>

#include "judge/limits.h"
#include "lua/compat.h"
#include "lua/context.h"
#include "lua/result.h"
#include "lua/userdata.h"
#include "process/explored.h"
#include "tidelock.h"

#define NUMBERS 65536
#define TEXTS 128
#define TEXT_SIZE 64
#define NOTE_MOST UINT16_MAX
#define FILE_MOST (1 << 20)

struct board {
    int64_t number[NUMBERS];
    char text[TEXTS][TEXT_SIZE];
    uint32_t noted; /* bytes: entries of list, size and text */
    char notes[1 << 18];
};

static struct board *board;

static int board_begin(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    void *made = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return luaL_error(L, "no memory for the lab: %s", strerror(errno));
    if (board)
        munmap(board, sizeof *board);
    board = made;
    limits_begin(L);
    return 0;
}

/* ---- numbers and texts ---- */

static int64_t *check_number(lua_State *L)
{
    lua_Integer i = luaL_checkinteger(L, 1);
    luaL_argcheck(L, board && i >= 1 && i <= NUMBERS, 1,
                  "the lab has too many stages, marks or tasks");
    return &board->number[i - 1];
}

static int board_get(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)*check_number(L));
    return 1;
}

static int board_set(lua_State *L)
{
    *check_number(L) = (int64_t)luaL_checkinteger(L, 2);
    return 0;
}

static int board_add(lua_State *L)
{
    int64_t *number = check_number(L);
    *number += (int64_t)luaL_checkinteger(L, 2);
    lua_pushinteger(L, (lua_Integer)*number);
    return 1;
}

static char *check_text(lua_State *L)
{
    lua_Integer i = luaL_checkinteger(L, 1);
    luaL_argcheck(L, board && i >= 1 && i <= TEXTS, 1,
                  "the lab has too many tasks");
    return board->text[i - 1];
}

static int board_text(lua_State *L)
{
    lua_pushstring(L, check_text(L));
    return 1;
}

static int board_write(lua_State *L)
{
    snprintf(check_text(L), TEXT_SIZE, "%s", luaL_checkstring(L, 2));
    return 0;
}

/* ---- values that nobody can look into ---- */

static int board_opaque(lua_State *L)
{
    static const char *const events[] = {"__index", "__newindex", "__tostring"};
    lua_settop(L, 3);
    lua_newuserdatauv(L, 1, 1);
    lua_createtable(L, 0, 4);
    for (int i = 0; i < 3; i++) {
        lua_pushvalue(L, i + 1);
        lua_setfield(L, -2, events[i]);
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return 1;
}

/* ---- steps, and what the explorer is told ---- */

static int board_step(lua_State *L)
{
    struct tl_handle *value = object_check(L, 1, TL_KIND_VALUE);
    struct tl_number number = {.i = 1};
    tl_explore_tell_call(luaL_checkstring(L, 2));
    context_state = L;
    int status = lua_toboolean(L, 3) ? tl_value_add(value, &number)
                                     : tl_value_get(value, &number);
    return status < 0 ? result_failure(L, value, "add", status) : 0;
}

static int board_told(lua_State *L)
{
    tl_explore_tell_result(luaL_checkstring(L, 1));
    return 0;
}

static int board_say(lua_State *L)
{
    tl_explore_say(luaL_checkstring(L, 1));
    return 0;
}

static int board_died(lua_State *L)
{
    const struct tl_exploration *exploration = tl_explored();
    uint64_t key = (uint64_t)luaL_checkinteger(L, 1);
    bool died = false;
    if (exploration) {
        const struct tl_account *account = &exploration->account;
        for (uint32_t i = 0; i < account->event_count && !died; i++) {
            const struct tl_event *event = &account->events[i];
            died = event->how == TL_EVENT_DIES &&
                   event->player < account->task_count &&
                   account->tasks[event->player].key == key;
        }
    }
    lua_pushboolean(L, died);
    return 1;
}

static int board_events(lua_State *L)
{
    const struct tl_exploration *exploration = tl_explored();
    lua_pushinteger(L, exploration ? exploration->account.event_count : 0);
    return 1;
}

static uint32_t slot_of(const struct tl_account *account, uint64_t key)
{
    for (uint32_t i = 0; i < account->task_count; i++)
        if (account->tasks[i].key == key)
            return account->tasks[i].slot;
    return 0;
}

/* Whether a task was chosen there among all that could run.  In a fair plan
 * that is not so while somebody who was woken goes first. */
static bool is_choice(const struct tl_event *event, bool fair)
{
    return event->how == TL_EVENT_BEGINS ||
           (!fair && event->how == TL_EVENT_GOES_ON);
}

static bool could_run(const struct tl_event *event, uint32_t slot)
{
    return slot < 1 || slot > 64 || event->task == slot ||
           event->could_run >> (slot - 1) & 1;
}

/* Since when the task has been kept waiting without a break, up to now. */
static int board_waited(lua_State *L)
{
    const struct tl_exploration *exploration = tl_explored();
    uint64_t key = (uint64_t)luaL_checkinteger(L, 1);
    uint32_t from = (uint32_t)luaL_checkinteger(L, 2), found = 0;
    if (exploration) {
        const struct tl_account *account = &exploration->account;
        uint32_t slot = slot_of(account, key);
        for (uint32_t i = account->event_count; i > from; i--) {
            const struct tl_event *event = &account->events[i - 1];
            if (event->task != slot &&
                !is_choice(event, exploration->plan.fair))
                continue;
            if (could_run(event, slot))
                break;
            found = i;
        }
    }
    lua_pushinteger(L, found);
    return 1;
}

/* ---- lists ---- */

static int board_append(lua_State *L)
{
    size_t size;
    lua_Integer list = luaL_checkinteger(L, 1);
    const char *text = luaL_checklstring(L, 2, &size);
    if (!board || size > NOTE_MOST ||
        sizeof board->notes - board->noted < size + 16)
        return luaL_error(L, "the lab has too many notes, or one that is too "
                             "long");
    uint16_t head[2] = {(uint16_t)list, (uint16_t)size};
    memcpy(board->notes + board->noted, head, sizeof head);
    memcpy(board->notes + board->noted + sizeof head, text, size);
    board->noted += (uint32_t)(sizeof head + size);
    return 0;
}

static int board_entries(lua_State *L)
{
    lua_Integer list = luaL_checkinteger(L, 1), count = 0;
    lua_newtable(L);
    for (uint32_t at = 0; board && at < board->noted;) {
        uint16_t head[2];
        memcpy(head, board->notes + at, sizeof head);
        at += sizeof head;
        if (head[0] == list) {
            lua_pushlstring(L, board->notes + at, head[1]);
            lua_rawseti(L, -2, ++count);
        }
        at += head[1];
    }
    return 1;
}

static int board_stuck(lua_State *L)
{
    struct tl_exploration *exploration = tl_explored();
    if (exploration)
        snprintf(exploration->account.outcome,
                 sizeof exploration->account.outcome, "%s",
                 luaL_checkstring(L, 1));
    return 0;
}

static int board_finish(lua_State *L)
{
    explored_end(L, TL_ENDING_ALWAYS, luaL_checkstring(L, 1));
    return luaL_error(L, "%s", lua_tostring(L, 1));
}

static int board_notice(lua_State *L)
{
    tl_explore_notice(luaL_checkstring(L, 1));
    return 0;
}

static int board_label(lua_State *L)
{
    tl_explore_label(luaL_checkstring(L, 1), lua_toboolean(L, 2));
    return 0;
}

static int board_path(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)tl_explore_self());
    return 1;
}

/* ---- files ---- */

static int board_read(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    FILE *file = fopen(path, "rbe");
    if (!file)
        return luaL_fileresult(L, 0, path);
    char *text = lua_newuserdatauv(L, FILE_MOST, 1);
    size_t size = fread(text, 1, FILE_MOST, file);
    bool failed = ferror(file) != 0, more = fgetc(file) != EOF;
    fclose(file);
    if (failed || more) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s: %s", path,
                        failed ? "it cannot be read" : "it is too long");
        return 2;
    }
    lua_pushlstring(L, text, size);
    return 1;
}

static const luaL_Reg functions[] = {
    {"begin", board_begin},     {"get", board_get},
    {"set", board_set},         {"add", board_add},
    {"text", board_text},       {"write", board_write},
    {"opaque", board_opaque},   {"step", board_step},
    {"told", board_told},       {"say", board_say},
    {"died", board_died},       {"events", board_events},
    {"waited", board_waited},   {"append", board_append},
    {"entries", board_entries}, {"stuck", board_stuck},
    {"finish", board_finish},   {"notice", board_notice},
    {"label", board_label},     {"path", board_path},
    {"read", board_read},       {NULL, NULL}};

int board_open_library(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
