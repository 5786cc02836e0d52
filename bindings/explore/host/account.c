/* Host: what came of a schedule, its tasks, objects and texts, for Lua. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "explore/host/host.h"
#include "lua/fields.h"

static const char *const endings[] = {
    [TL_ENDING_NONE] = "interrupted",  [TL_ENDING_PASSED] = "passed",
    [TL_ENDING_ERROR] = "error",       [TL_ENDING_ALWAYS] = "always",
    [TL_ENDING_DEADLOCK] = "deadlock", [TL_ENDING_LIVELOCK] = "livelock",
    [TL_ENDING_STATUS] = "status",     [TL_ENDING_CRASH] = "crash"};

/* ---- tasks ---- */

void host_push_path(lua_State *L, const struct tl_account *account,
                    uint32_t index)
{
    uint32_t path[TL_ACCOUNT_TASKS], depth = 0;
    luaL_Buffer buffer;
    for (; index > 0 && index < account->task_count; depth++) {
        path[depth] = account->tasks[index].nth;
        index = account->tasks[index].parent;
    }
    if (depth == 0) {
        lua_pushliteral(L, "0");
        return;
    }
    luaL_buffinit(L, &buffer);
    while (depth-- > 0) {
        char number[16];
        snprintf(number, sizeof number, "%" PRIu32 "%s", path[depth],
                 depth > 0 ? "." : "");
        luaL_addstring(&buffer, number);
    }
    luaL_pushresult(&buffer);
}

static void push_task(lua_State *L, const struct tl_account *account,
                      uint32_t index)
{
    const struct tl_account_task *task = &account->tasks[index];
    lua_createtable(L, 0, 4);
    host_push_path(L, account, index);
    lua_setfield(L, -2, "path");
    field_text(L, "name", task->name);
    field_integer(L, "slot", task->slot);
    if (index > 0) {
        host_push_path(L, account, task->parent);
        lua_setfield(L, -2, "parent");
    }
}

static uint32_t task_count(const struct tl_account *account)
{
    return account->task_count < TL_ACCOUNT_TASKS ? account->task_count
                                                  : TL_ACCOUNT_TASKS;
}

int host_push_tasks(lua_State *L, const struct worker_shared *memory)
{
    const struct tl_account *account = &memory->exploration.account;
    uint32_t count = task_count(account);
    lua_createtable(L, (int)count, (int)count);
    for (uint32_t i = 0; i < count; i++) {
        push_task(L, account, i);
        lua_getfield(L, -1, "path");
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- objects ---- */

static void push_title(lua_State *L, const struct tl_account_object *object)
{
    if (object->kind == TL_KIND_NONE)
        lua_pushstring(L, object->name);
    else if (object->name[0])
        lua_pushfstring(L, "%s \"%s\"", tl_kind_name(object->kind),
                        object->name);
    else
        lua_pushfstring(L, "%s#%I", tl_kind_name(object->kind),
                        (LUAI_UACINT)object->number);
}

int host_push_objects(lua_State *L, const struct worker_shared *memory)
{
    const struct tl_account *account = &memory->exploration.account;
    uint32_t count = account->object_count;
    lua_createtable(L, (int)count, 0);
    for (uint32_t i = 0; i < count && i < TL_ACCOUNT_OBJECTS; i++) {
        const struct tl_account_object *object = &account->objects[i];
        lua_createtable(L, 0, 6);
        field_text(L, "kind",
                   object->kind == TL_KIND_NONE ? "file"
                                                : tl_kind_name(object->kind));
        field_text(L, "name", object->name);
        field_integer(L, "number", object->number);
        lua_pushfstring(L, "%p", (void *)(uintptr_t)object->identity);
        lua_setfield(L, -2, "identity");
        host_push_path(L, account, object->maker);
        lua_setfield(L, -2, "maker");
        push_title(L, object);
        lua_setfield(L, -2, "title");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- the run ---- */

static void set_labels(lua_State *L, const struct tl_account *account)
{
    lua_newtable(L);
    for (uint32_t i = 0; i < account->label_count && i < TL_ACCOUNT_LABELS; i++)
        field_boolean(L, account->labels[i].text, account->labels[i].came);
    lua_setfield(L, -2, "labels");
}

static void set_notices(lua_State *L, const struct tl_account *account)
{
    const char *line = account->notices;
    lua_newtable(L);
    for (lua_Integer i = 1; *line; i++) {
        size_t size = strcspn(line, "\n");
        lua_pushlstring(L, line, size);
        lua_rawseti(L, -2, i);
        line += size + (line[size] == '\n');
    }
    lua_setfield(L, -2, "notices");
}

static const struct tl_event *last_event(const struct tl_account *account)
{
    uint32_t count = account->event_count;
    return count > 0 && count <= TL_ACCOUNT_EVENTS ? &account->events[count - 1]
                                                   : NULL;
}

#define HANGS "nobody takes a step, in real time: "

/* It was ended since it took no step. */
static void push_hangs(lua_State *L, const struct tl_account *account)
{
    const struct tl_event *last = last_event(account);
    if (!last || last->player >= task_count(account)) {
        lua_pushliteral(L, HANGS "the script waits, or runs in a circle");
        return;
    }
    const char *name = account->tasks[last->player].name;
    if (last->line && last->file > 0 && last->file <= TL_SCRIPTS)
        lua_pushfstring(L,
                        HANGS "%s waits, or runs in a circle; it came last to "
                              "%s:%d",
                        name, account->scripts.names[last->file - 1],
                        (int)last->line);
    else
        lua_pushfstring(L, HANGS "%s waits, or runs in a circle", name);
}

static void set_ending(lua_State *L, const struct worker_shared *memory)
{
    const struct tl_account *account = &memory->exploration.account;
    bool over = atomic_load(&((struct tl_account *)account)->over);
    uint32_t ended = atomic_load(&((struct worker_shared *)memory)->ended);
    bool hangs = !over && ended;
    field_text(L, "ending",
               hangs ? "hangs"
                     : endings[over ? account->ending : TL_ENDING_NONE]);
    if (hangs && ended == WORKER_PRINTS)
        lua_pushliteral(L, "it prints without end: more than 64 MiB");
    else if (hangs)
        push_hangs(L, account);
    else
        lua_pushstring(L, account->message);
    lua_setfield(L, -2, "message");
    host_push_path(L, account, account->ender);
    lua_setfield(L, -2, "ender");
    field_integer(L, "status", (uint64_t)(int64_t)account->status);
}

/* The path of the first task that looks again and again; no field: none. */
static void set_polls(lua_State *L, const struct tl_account *account)
{
    for (uint32_t i = 0; account->polls && i < task_count(account); i++)
        if (account->tasks[i].key == account->polls) {
            host_push_path(L, account, i);
            lua_setfield(L, -2, "polls");
            return;
        }
}

int host_push_run(lua_State *L, const struct worker_shared *memory)
{
    const struct tl_account *account = &memory->exploration.account;
    const struct tl_event *last = last_event(account);
    lua_createtable(L, 0, 20);
    set_ending(L, memory);
    field_integer(L, "steps", last ? last->step : 0);
    field_integer(L, "choices", account->choices);
    field_integer(L, "deviations", account->deviations);
    field_integer(L, "first_deviation", account->first_deviation);
    set_polls(L, account);
    if (account->outcome[0])
        field_text(L, "outcome", account->outcome);
    set_labels(L, account);
    set_notices(L, account);
    field_boolean(L, "wrote_files", account->wrote_files);
    field_boolean(L, "went_outside", account->went_outside);
    field_boolean(L, "lost_events", account->lost_events);
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, account->hash);
    field_text(L, "hash", hash);
    lua_pushnumber(L, last ? (lua_Number)last->time / 1e9 : 0);
    lua_setfield(L, -2, "time");
    lua_pushnumber(L, memory->real);
    lua_setfield(L, -2, "real");
    return 1;
}

/* ---- what was told ---- */

/* The table of that step, at the top: that of the last line if it is the same.
 */
static void push_step(lua_State *L, lua_Integer step)
{
    if (lua_rawgeti(L, -1, step) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, step);
}

int host_push_told(lua_State *L, const struct worker_shared *memory)
{
    const struct tl_account *account = &memory->exploration.account;
    const char *line = account->told, *end = line + account->told_size;
    lua_newtable(L);
    while (line < end) {
        char *rest;
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        lua_Integer step = (lua_Integer)strtoull(line, &rest, 10);
        stop = stop ? stop : end;
        const char *text =
            rest < stop ? memchr(rest + 1, '\t', (size_t)(stop - rest - 1))
                        : NULL;
        if (text) {
            push_step(L, step);
            lua_pushlstring(L, rest + 1, (size_t)(text - rest - 1));
            lua_pushlstring(L, text + 1, (size_t)(stop - text - 1));
            lua_rawset(L, -3);
            lua_pop(L, 1);
        }
        line = stop + 1;
    }
    return 1;
}
