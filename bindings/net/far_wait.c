/*
 * What it waits for is looked up once a wait is no short one, since most are:
 * so a call pays nothing for it.
 */
#include "net/far_wait.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lua/support.h"

#define SHORT (INT64_C(20) * 1000000) /* nanoseconds */
#define SLOTS 12                      /* of the stack, used here */

/* The text at the key of the table; "": there is none.  It is left on the
 * stack. */
static const char *text_at(lua_State *L, int table, const char *key)
{
    lua_pushstring(L, key);
    lua_rawget(L, table);
    return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
}

/* The record of an object, or of a space, at `record`. */
static bool describe(lua_State *L, int record, const char *call, char *text,
                     size_t size)
{
    const char *kind = text_at(L, record, "kind");
    const char *name = text_at(L, record, "name");
    const char *where = text_at(L, record, "where");
    text_at(L, record, "space");
    if (lua_istable(L, -1))
        where = text_at(L, lua_gettop(L), "where");
    if (*where)
        snprintf(text, size, "%s %s \"%s\" at %s", call, *kind ? kind : "space",
                 name, where);
    return *where != '\0';
}

/* Whether the frame is of a function that was called with a record and the name
 * of the script's call: see bindings/remote/request.lua. */
static bool read_frame(lua_State *L, const lua_Debug *frame, char *text,
                       size_t size)
{
    int top = lua_gettop(L);
    bool found = lua_getlocal(L, frame, 1) && lua_istable(L, -1) &&
                 lua_getlocal(L, frame, 2) && lua_type(L, -1) == LUA_TSTRING &&
                 describe(L, top + 1, lua_tostring(L, -1), text, size);
    lua_settop(L, top);
    return found;
}

/* The line of the script: of the first function of Lua that is called by none
 * of that module's: its methods are functions of C. */
static void find_line(lua_State *L, int level, char *where, size_t size)
{
    lua_Debug frame;
    bool outside = false;
    while (lua_getstack(L, ++level, &frame)) {
        lua_getinfo(L, "Sl", &frame);
        outside |= frame.currentline < 0;
        if (outside && frame.currentline > 0) {
            snprintf(where, size, "%s:%d", frame.short_src, frame.currentline);
            return;
        }
    }
}

static void look(lua_State *L, char *text, size_t size, char *where,
                 size_t where_size)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame); level++)
        if (read_frame(L, &frame, text, size)) {
            find_line(L, level, where, where_size);
            return;
        }
}

/* Finalizers would wait, too. */
static void tell(lua_State *L, int64_t since)
{
    char text[256] = "an answer of a server", where[96] = "";
    bool running = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    if (lua_checkstack(L, SLOTS))
        look(L, text, sizeof text, where, sizeof where);
    if (running)
        lua_gc(L, LUA_GCRESTART, 0);
    tl_far_wait_say(text, where, since);
}

int far_wait(struct pollfd *polled, size_t count, int64_t deadline)
{
    int64_t began = (int64_t)(tl_now() * 1e9), brief = began + SHORT;
    lua_State *L = context_state;
    if (!L || brief >= deadline || tl_simulate_is_on())
        return tl_descriptor_wait(polled, count, deadline);
    int status = tl_descriptor_wait(polled, count, brief);
    if (status != TL_TIMEOUT)
        return status;
    tell(L, began);
    status = tl_descriptor_wait(polled, count, deadline);
    tl_far_wait_end();
    return status;
}
