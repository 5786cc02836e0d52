#include "trace/trace.h"

#include <stdbool.h>
#include <string.h>

#include "lua/support.h"
#include "trace/recorder.h"
#include "trace/spans.h"

/* Upvalue: the module, for its functions. */
static void let_calls_tell(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    spans_open(L);
    lua_pop(L, 1);
}

/* true: it goes on; nil and a reason. */
static int begin(lua_State *L, const char *path)
{
    struct recorder_report report;
    const char *why;
    const char *slash = strrchr(path, '/');
    struct recorder_wishes wishes = {.path = path,
                                     .title = slash ? slash + 1 : path,
                                     .simulated = tl_simulate_is_on()};
    recorder_stop(&report);
    if (!recorder_start(&wishes, &why)) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s: %s", path, why);
        return 2;
    }
    let_calls_tell(L);
    lua_pushboolean(L, 1);
    return 1;
}

/* How many were recorded and lost; nil and a reason. */
static int end(lua_State *L)
{
    struct recorder_report report;
    bool on = recorder_is_on();
    bool told = recorder_stop(&report);
    if (told && !report.error) {
        lua_pushinteger(L, (lua_Integer)report.operations);
        lua_pushinteger(L, (lua_Integer)report.lost);
        return 2;
    }
    lua_pushnil(L);
    lua_pushstring(L, !on    ? "nothing is recorded"
                      : told ? strerror(report.error)
                             : "the recorder has not told: it was killed, or "
                               "stopped");
    return 2;
}

static int ipc_trace(lua_State *L)
{
    check_function(L, 1, "trace");
    if (!tl_task_is_main())
        return misuse(L, NULL, "trace",
                      "only the main task can; it records all tasks");
    if (lua_type(L, 1) == LUA_TSTRING)
        return begin(L, lua_tostring(L, 1));
    if (lua_isboolean(L, 1) && !lua_toboolean(L, 1))
        return end(L);
    return misuse(L, NULL, "trace",
                  "the name of a file is expected, or false to end the "
                  "recording, not %s",
                  shown_a_type(L, 1));
}

void trace_enter(void)
{
    spans_enter();
}

void trace_open(lua_State *L)
{
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, ipc_trace, 1);
    lua_setfield(L, -2, "trace");
}

void trace_furnish(lua_State *L)
{
    if (tl_recording_is_on())
        spans_open(L);
}
