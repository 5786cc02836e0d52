#include "explore/host/stopped.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lualib.h>

#include "embedded/embedded.h"
#include "lua/fields.h"
#include "lua/context.h"

static int talk_socket;
static struct worker_shared *shared;

/* ---- what Lua cannot ask ---- */

/* A task that has a slot: the last with it. */
static uint32_t index_of_slot(uint32_t slot)
{
    const struct tl_account *account = &shared->exploration.account;
    uint32_t index = account->task_count;
    while (index > 0 && account->tasks[index - 1].slot != slot)
        index--;
    return index;
}

static void push_task(lua_State *L, uint32_t slot,
                      const struct tl_task_info *info)
{
    lua_newtable(L);
    field_text(L, "name", info->name);
    field_text(L, "state", info->state);
    field_text(L, "waits", info->waits);
    field_text(L, "where", info->where);
    lua_pushinteger(L, index_of_slot(slot));
    lua_setfield(L, -2, "index");
    lua_createtable(L, (int)info->hold_count, 0);
    for (unsigned i = 0; i < info->hold_count; i++) {
        lua_pushstring(L, info->holds[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "holds");
}

static int list_tasks(lua_State *L)
{
    struct tl_task_info info;
    uint32_t next = 1;
    lua_newtable(L);
    for (int n = 1; tl_task_look(0, &next, &info) == TL_OK; n++) {
        push_task(L, next - 1, &info);
        lua_rawseti(L, -2, n);
    }
    return 1;
}

static void add_object(void *context, const char *text)
{
    lua_State *L = context;
    lua_pushstring(L, text);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

static int list_objects(lua_State *L)
{
    lua_newtable(L);
    tl_object_look(add_object, L);
    return 1;
}

/* The text of a module of the program's, as a function. */
static int load_module(lua_State *L)
{
    embedded_load(L, luaL_checkstring(L, 1));
    return 1;
}

/* ---- an answer ---- */

/* The request is a word, then a line's end, then its text. */
static int answer(lua_State *L)
{
    static const luaL_Reg looks[] = {{"tasks", list_tasks},
                                     {"objects", list_objects},
                                     {"embedded", load_module},
                                     {NULL, NULL}};
    struct worker_talk *talk = &shared->talk;
    size_t word = strcspn(talk->text, "\n"), size;
    embedded_load(L, "explore.host.stopped");
    lua_pushlstring(L, talk->text, word);
    lua_pushlstring(L, talk->text + word + 1, talk->size - word - 1);
    luaL_newlib(L, looks);
    lua_pushboolean(L, !context_state);
    lua_setfield(L, -2, "no_script");
    lua_pushcfunction(L, luaopen_debug); /* the script may have changed its */
    lua_call(L, 0, 1);
    lua_call(L, 4, 1);
    luaL_tolstring(L, -1, &size);
    return 1;
}

/* Copies the text at the top of the stack. */
static void hand_out(lua_State *L)
{
    struct worker_talk *talk = &shared->talk;
    size_t size = 0;
    const char *text = lua_tolstring(L, -1, &size);
    if (!text)
        text = "no answer";
    else if (size > sizeof talk->text)
        size = sizeof talk->text;
    memcpy(talk->text, text, size);
    talk->size = (uint32_t)size;
}

/* In the state of the script, in the middle of a call: it finds all as it was.
 * Neither its hook nor its collector runs meanwhile. */
static void answer_in(lua_State *L)
{
    lua_Hook hook = lua_gethook(L);
    int mask = lua_gethookmask(L), count = lua_gethookcount(L);
    int top = lua_gettop(L);
    bool collects = lua_gc(L, LUA_GCISRUNNING, 0);
    lua_sethook(L, NULL, 0, 0);
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, answer);
    lua_pcall(L, 0, 1, 0);
    hand_out(L);
    lua_settop(L, top);
    if (collects)
        lua_gc(L, LUA_GCRESTART, 0);
    lua_sethook(L, hook, mask, count);
}

/* A task that has run no Lua yet: of tasks and objects it knows all the same.
 */
static void answer_without(void)
{
    lua_State *L = luaL_newstate();
    if (!L) {
        shared->talk.size = 0;
        return;
    }
    luaL_openlibs(L);
    answer_in(L);
    lua_close(L);
}

static void answer_request(void)
{
    lua_State *L = context_state;
    if (L && lua_checkstack(L, 2 * LUA_MINSTACK))
        answer_in(L);
    else
        answer_without();
}

/* ---- the talk ---- */

static bool hear(struct worker_word *word)
{
    ssize_t size;
    do
        size = recv(talk_socket, word, sizeof *word, 0);
    while (size < 0 && errno == EINTR);
    return size == sizeof *word;
}

static void say(enum worker_word_kind kind)
{
    struct worker_word word = {.kind = kind};
    ssize_t size = send(talk_socket, &word, sizeof word, MSG_NOSIGNAL);
    (void)size; /* the explorer is no more: then nothing is heard either */
}

static uint32_t index_of(uint64_t key)
{
    const struct tl_account *account = &shared->exploration.account;
    for (uint32_t i = 0; i < account->task_count; i++)
        if (account->tasks[i].key == key)
            return i;
    return 0;
}

static void stand(uint64_t step)
{
    struct worker_word word;
    shared->talk.step = step;
    shared->talk.task = index_of(tl_explore_self());
    say(WORKER_STOPPED);
    while (hear(&word)) {
        if (word.kind != WORKER_ASK)
            return;
        answer_request();
        say(WORKER_ANSWER);
    }
    for (;;)
        pause(); /* until the worker ends this schedule */
}

void stopped_begin(int socket, struct worker_shared *shared_)
{
    talk_socket = socket;
    shared = shared_;
    tl_stop_hook = stand;
}
