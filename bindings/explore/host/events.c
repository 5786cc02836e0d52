/* Host: the events of a schedule, for Lua. */
#include <string.h>

#include <lauxlib.h>

#include "explore/host/host.h"
#include "lua/fields.h"

#define SLOTS TL_ACCOUNT_TASKS /* more than there are */

static const char *const hows[] = {
    [TL_EVENT_BEGINS] = "begins", [TL_EVENT_GOES_ON] = "goes on",
    [TL_EVENT_LATE] = "late",     [TL_EVENT_LAST] = "last",
    [TL_EVENT_STARTS] = "starts", [TL_EVENT_DIES] = "dies",
    [TL_EVENT_CLOCK] = "clock",   [TL_EVENT_WAKES] = "wakes",
    [TL_EVENT_ANSWER] = "answer"};

static const char *const accesses[] = {"reads", "writes", "makes", "ends"};

/* ---- which object ---- */

/* Finds the account's object by what an event has of it: an open table of
 * indices from 1. */
struct finder {
    const struct tl_account *account;
    uint32_t mask;
    uint16_t index[];
};

static uint64_t hash_of(uint64_t number, uint8_t kind, uint8_t arena)
{
    return (number * 31 + kind * UINT64_C(7) + arena) *
               UINT64_C(0x9e3779b97f4a7c15) >>
           32;
}

/* The place of that object, or the free one where it would be. */
static uint16_t *place_of(struct finder *finder, uint64_t number, uint8_t kind,
                          uint8_t arena)
{
    uint64_t i = hash_of(number, kind, arena);
    for (;; i++) {
        uint16_t *place = &finder->index[i & finder->mask];
        if (!*place)
            return place;
        const struct tl_account_object *object =
            &finder->account->objects[*place - 1];
        if (object->number == number && object->kind == kind &&
            object->arena == arena)
            return place;
    }
}

static struct finder *make_finder(lua_State *L,
                                  const struct tl_account *account)
{
    uint32_t count = account->object_count < TL_ACCOUNT_OBJECTS
                         ? account->object_count
                         : TL_ACCOUNT_OBJECTS;
    uint32_t size = 16;
    while (size < 2 * count)
        size *= 2;
    struct finder *finder =
        lua_newuserdata(L, sizeof *finder + size * sizeof finder->index[0]);
    finder->account = account;
    finder->mask = size - 1;
    memset(finder->index, 0, size * sizeof finder->index[0]);
    for (uint32_t i = 0; i < count; i++) {
        const struct tl_account_object *object = &account->objects[i];
        *place_of(finder, object->number, object->kind, object->arena) =
            (uint16_t)(i + 1);
    }
    return finder;
}

/* ---- one event ---- */

/* What the conversion of all events has: indices of the stack, and which task
 * is in which slot at the moment. */
struct conversion {
    lua_State *L;
    const struct tl_account *account;
    struct finder *finder;
    int paths; /* stack: a list of the tasks' paths */
    uint16_t in_slot[SLOTS];
};

static void push_path(const struct conversion *to, uint32_t index)
{
    lua_rawgeti(to->L, to->paths, (lua_Integer)index + 1);
}

static void set_path(const struct conversion *to, const char *field,
                     uint32_t index)
{
    push_path(to, index);
    lua_setfield(to->L, -2, field);
}

static void set_flag(lua_State *L, const char *field, bool on)
{
    if (!on)
        return;
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, field);
}

/* Where there was more than one, those that could run, or be woken. */
static void set_others(const struct conversion *to,
                       const struct tl_event *event)
{
    uint64_t left = event->could_run;
    lua_Integer count = 0;
    if ((left & (left - 1)) == 0)
        return;
    lua_newtable(to->L);
    for (uint32_t slot = 1; left; slot++, left >>= 1) {
        if (!(left & 1))
            continue;
        push_path(to, to->in_slot[slot]);
        lua_rawseti(to->L, -2, ++count);
    }
    lua_setfield(to->L, -2, "could");
}

static void set_object(const struct conversion *to,
                       const struct tl_event *event)
{
    if (event->kind)
        field_text(to->L, "kind", tl_kind_name(event->kind));
    if (!event->object)
        return;
    uint16_t index =
        *place_of(to->finder, event->object, event->kind, event->arena);
    if (index)
        field_integer(to->L, "object", index);
}

static void set_place(const struct conversion *to, const struct tl_event *event)
{
    if (event->line)
        field_integer(to->L, "line", event->line);
    if (event->file > 0 && event->file <= TL_SCRIPTS)
        field_text(to->L, "file", to->account->scripts.names[event->file - 1]);
}

static void set_operation(const struct conversion *to,
                          const struct tl_event *event)
{
    if (!event->operation)
        return;
    field_text(to->L, "op", tl_explore_word(event->operation));
    field_text(to->L, "name", tl_explore_operation(event->operation));
    field_text(to->L, "access", accesses[event->access & 3]);
    if (event->key != UINT64_MAX)
        field_integer(to->L, "key", event->key);
    set_object(to, event);
}

static void set_choice(const struct conversion *to,
                       const struct tl_event *event)
{
    if (event->how == TL_EVENT_WAKES) {
        if (event->key < SLOTS)
            set_path(to, "woken", to->in_slot[event->key]);
    } else if (event->how == TL_EVENT_ANSWER) {
        field_integer(to->L, "answer", event->key);
        field_integer(to->L, "of", event->runnable);
    }
}

static void push_event(const struct conversion *to,
                       const struct tl_event *event)
{
    lua_State *L = to->L;
    lua_createtable(L, 0, 16);
    set_path(to, "task", event->player);
    field_text(L, "how", hows[event->how <= TL_EVENT_ANSWER ? event->how : 0]);
    field_integer(L, "step", event->step);
    lua_pushnumber(L, (lua_Number)event->time / 1e9);
    lua_setfield(L, -2, "time");
    if (event->how >= TL_EVENT_CLOCK)
        set_choice(to, event);
    else
        set_operation(to, event);
    if (event->how != TL_EVENT_ANSWER)
        set_others(to, event);
    set_place(to, event);
    set_flag(L, "chosen", event->flags & TL_EVENT_CHOSEN);
    set_flag(L, "killed", event->flags & TL_EVENT_KILLED);
    set_flag(L, "tied", event->flags & TL_EVENT_TIED);
}

/* ---- all ---- */

/* The task that comes into the slot after that one, which has ended. */
static uint16_t next_in_slot(const struct tl_account *account, uint32_t slot,
                             uint32_t after)
{
    for (uint32_t i = after; i < account->task_count; i++)
        if (account->tasks[i].slot == slot)
            return (uint16_t)i;
    return 0;
}

/* Before the event is converted, or after: who has ended is in `could` of its
 * own last event still. */
static void follow(struct conversion *to, const struct tl_event *event)
{
    const struct tl_account *account = to->account;
    if (event->player >= account->task_count)
        return;
    uint32_t slot = account->tasks[event->player].slot;
    if (slot < SLOTS)
        to->in_slot[slot] = event->player;
}

static void leave(struct conversion *to, const struct tl_event *event)
{
    const struct tl_account *account = to->account;
    bool ends = event->how == TL_EVENT_DIES ||
                strcmp(tl_explore_operation(event->operation), "END") == 0;
    if (!ends || event->player >= account->task_count)
        return;
    uint32_t slot = account->tasks[event->player].slot;
    uint16_t next = next_in_slot(account, slot, event->player + 1u);
    if (slot < SLOTS && next)
        to->in_slot[slot] = next;
}

/* With the first task of each. */
static void fill_slots(struct conversion *to)
{
    const struct tl_account *account = to->account;
    for (uint32_t i = account->task_count; i-- > 0;)
        if (account->tasks[i].slot < SLOTS)
            to->in_slot[account->tasks[i].slot] = (uint16_t)i;
}

static void push_paths(lua_State *L, const struct tl_account *account)
{
    uint32_t count = account->task_count;
    lua_createtable(L, (int)count, 0);
    for (uint32_t i = 0; i < count && i < TL_ACCOUNT_TASKS; i++) {
        host_push_path(L, account, i);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

int host_push_events(lua_State *L, const struct worker_shared *memory)
{
    const struct tl_account *account = &memory->exploration.account;
    struct conversion to = {.L = L, .account = account};
    uint32_t count = account->event_count < TL_ACCOUNT_EVENTS
                         ? account->event_count
                         : TL_ACCOUNT_EVENTS;
    luaL_checkstack(L, 10, NULL);
    to.finder = make_finder(L, account);
    push_paths(L, account);
    to.paths = lua_gettop(L);
    fill_slots(&to);
    lua_createtable(L, (int)count, 0);
    for (uint32_t i = 0; i < count; i++) {
        follow(&to, &account->events[i]);
        push_event(&to, &account->events[i]);
        leave(&to, &account->events[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}
