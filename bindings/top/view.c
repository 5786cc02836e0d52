#include "top/view.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/fields.h"
#include "tidelock.h"

#define CLASS "tidelock.view"
#define OBJECTS_MOST 65536
#define SPACES_MOST 16

/* In the userdata: the number; -1: closed. */
static int *check_any(lua_State *L)
{
    return luaL_checkudata(L, 1, CLASS);
}

static int check_view(lua_State *L)
{
    int view = *check_any(L);
    if (view < 0)
        luaL_error(L, "the view is closed");
    return view;
}

static int push_view(lua_State *L, int view)
{
    if (view < 0) {
        lua_pushnil(L);
        lua_pushstring(L, view == TL_SYSTEM  ? strerror(errno)
                          : view == TL_ENDED ? "there is no such process"
                                             : tl_status_text(view));
        return 2;
    }
    int *number = lua_newuserdata(L, sizeof *number);
    *number = view;
    luaL_setmetatable(L, CLASS);
    return 1;
}

static int open_program(lua_State *L)
{
    int view = tl_view_program((pid_t)luaL_checkinteger(L, 1));
    if (view == TL_NO_SPACE) {
        lua_pushnil(L);
        lua_pushliteral(L, "this process is no program of tidelock, or not "
                           "yours");
        return 2;
    }
    return push_view(L, view);
}

static int open_space(lua_State *L)
{
    int view = tl_view_space(luaL_checkstring(L, 1));
    if (view == TL_EMPTY) {
        lua_pushnil(L);
        lua_pushliteral(L, "there is no such space; tidelock ls shows those "
                           "there are");
        return 2;
    }
    return push_view(L, view);
}

static int close_view(lua_State *L)
{
    int *view = check_any(L);
    if (*view >= 0)
        tl_view_close(*view);
    *view = -1;
    return 0;
}

/* ---- tasks ---- */

/* `elsewhere`: its pid is one of another PID namespace. */
static void push_task(lua_State *L, const struct tl_view_task *task,
                      bool elsewhere)
{
    lua_createtable(L, 0, 19);
    field_integer(L, "number", task->number);
    field_integer(L, "pid", task->pid);
    field_integer(L, "tid", task->tid);
    field_text(L, "name", task->name);
    field_text(L, "state", task->state);
    field_boolean(L, "known", task->known);
    field_text(L, "waits", task->waits);
    field_text(L, "where", task->where);
    field_number(L, "since", task->since);
    field_integer(L, "parent", task->parent);
    field_boolean(L, "daemon", task->daemon);
    field_integer(L, "sleeps", task->sleeps);
    field_boolean(L, "any_ends", task->any_ends);
    field_boolean(L, "elsewhere", elsewhere);
    if (task->object)
        field_integer(L, "object", (lua_Integer)task->object);
    lua_createtable(L, (int)task->hold_count, 0);
    for (unsigned i = 0; i < task->hold_count; i++) {
        lua_pushinteger(L, (lua_Integer)task->holds[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "holds");
    lua_createtable(L, (int)task->ender_count, 0);
    for (unsigned i = 0; i < task->ender_count; i++) {
        lua_pushinteger(L, task->enders[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "enders");
}

static int view_tasks(lua_State *L)
{
    int view = check_view(L);
    struct tl_view_task task;
    uint32_t highest = tl_view_task_highest(view);
    lua_newtable(L);
    for (uint32_t n = 1, count = 0; n <= highest; n++) {
        if (!tl_view_task(view, n, &task))
            continue;
        push_task(L, &task, tl_view_is_elsewhere(view));
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

/* ---- objects ---- */

static void push_object(lua_State *L, uint64_t offset,
                        const struct tl_view_object *object)
{
    lua_createtable(L, 0, 7);
    field_integer(L, "offset", (lua_Integer)offset);
    field_text(L, "kind", tl_kind_name((int)object->kind));
    field_integer(L, "number", (lua_Integer)object->number);
    field_text(L, "name", object->name);
    field_text(L, "title", object->title);
    field_text(L, "state", object->state);
    if (object->moves >= 0)
        field_integer(L, "moves", object->moves);
}

static int view_objects(lua_State *L)
{
    int view = check_view(L);
    uint64_t *offsets = lua_newuserdata(L, OBJECTS_MOST * sizeof *offsets);
    size_t count = tl_view_objects(view, offsets, OBJECTS_MOST);
    struct tl_view_object object;
    lua_newtable(L);
    for (size_t i = 0, n = 0; i < count; i++) {
        if (!tl_view_object(view, offsets[i], &object))
            continue;
        push_object(L, offsets[i], &object);
        lua_rawseti(L, -2, (lua_Integer)++n);
    }
    return 1;
}

/* ---- the whole ---- */

static int view_memory(lua_State *L)
{
    uint64_t used, most;
    tl_view_memory(check_view(L), &used, &most);
    lua_pushinteger(L, (lua_Integer)used);
    lua_pushinteger(L, (lua_Integer)most);
    return 2;
}

static int view_name(lua_State *L)
{
    lua_pushstring(L, tl_view_name(check_view(L)));
    return 1;
}

static int view_identity(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)tl_view_identity(check_view(L)));
    return 1;
}

static int view_spaces(lua_State *L)
{
    int views[SPACES_MOST];
    check_view(L);
    unsigned count =
        tl_view_spaces_of((pid_t)luaL_checkinteger(L, 2), views, SPACES_MOST);
    lua_createtable(L, (int)count, 0);
    for (unsigned i = 0; i < count; i++) {
        push_view(L, views[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- of the machine ---- */

static bool is_known(lua_State *L, uint64_t identity)
{
    lua_rawgeti(L, 1, (lua_Integer)identity);
    bool known = lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (!known) {
        lua_pushboolean(L, true);
        lua_rawseti(L, 1, (lua_Integer)identity);
    }
    return known;
}

/* At index 1 the identities of those found, at 2 the list. */
static int programs(lua_State *L)
{
    lua_settop(L, 0);
    lua_newtable(L);
    lua_newtable(L);
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = atoi(entry->d_name);
        uint64_t identity = tl_view_find(pid);
        if (!identity || pid == getpid() || is_known(L, identity))
            continue;
        lua_createtable(L, 0, 2);
        field_integer(L, "pid", pid);
        field_integer(L, "identity", (lua_Integer)identity);
        lua_rawseti(L, 2, (lua_Integer)lua_rawlen(L, 2) + 1);
    }
    if (folder)
        closedir(folder);
    return 1;
}

static int now(lua_State *L)
{
    lua_pushnumber(L, tl_real_now());
    return 1;
}

static int end_process(lua_State *L)
{
    pid_t pid = (pid_t)luaL_checkinteger(L, 1);
    errno = ESRCH; /* no group, and not all */
    if (pid > 0 && kill(pid, (int)luaL_checkinteger(L, 2)) == 0) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
}

static int cpus(lua_State *L)
{
    char path[64], text[1024];
    unsigned long user, system;
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat",
             (int)luaL_checkinteger(L, 1), (int)luaL_checkinteger(L, 2));
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[size] = '\0';
    const char *behind = strrchr(text, ')'); /* the name may hold anything */
    if (!behind ||
        sscanf(behind + 1,
               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system) != 2)
        return 0;
    lua_pushnumber(L, (lua_Number)(user + system) /
                          (lua_Number)sysconf(_SC_CLK_TCK));
    return 1;
}

static const luaL_Reg methods[] = {
    {"tasks", view_tasks},       {"objects", view_objects},
    {"memory", view_memory},     {"name", view_name},
    {"identity", view_identity}, {"spaces", view_spaces},
    {"close", close_view},       {NULL, NULL}};

int view_open_library(lua_State *L)
{
    static const luaL_Reg functions[] = {{"programs", programs},
                                         {"program", open_program},
                                         {"space", open_space},
                                         {"now", now},
                                         {"kill", end_process},
                                         {"cpus", cpus},
                                         {NULL, NULL}};
    tl_init_kinds();
    luaL_newmetatable(L, CLASS);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, close_view);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
