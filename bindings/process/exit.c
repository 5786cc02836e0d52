#include "process/exit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "process/child.h"
#include "process/explored.h"
#include "process/files.h"
#include "process/thread.h"

#define STUCK_STATUS 3

volatile sig_atomic_t exit_interrupt_signal = SIGINT;

static bool interactive;
static void (*report_told)(void), (*before)(void);
static void (*first)(void), (*restoring)(void);
static void (*last)(lua_State *L);
static void (*leaving)(int status);
static char end_key; /* registry: what ends the main script */

void exit_interactive(bool on)
{
    interactive = on;
}

void exit_after_report(void (*told)(void))
{
    report_told = told;
}

void exit_before(void (*end)(void))
{
    before = end;
}

void exit_first(void (*leave)(void))
{
    first = leave;
}

void exit_restoring(void (*restore)(void))
{
    restoring = restore;
}

void exit_leaving(void (*leave)(int status))
{
    leaving = leave;
}

static _Noreturn void leave(int status)
{
    if (leaving)
        leaving(status);
    if (restoring)
        restoring();
    _exit(status);
}

int exit_interrupt_status(void)
{
    return 128 + exit_interrupt_signal;
}

const char *exit_interrupt_words(void)
{
    return exit_interrupt_signal == SIGTERM   ? "tidelock: ended by SIGTERM\n"
           : exit_interrupt_signal == SIGHUP  ? "tidelock: ended by SIGHUP\n"
           : exit_interrupt_signal == SIGQUIT ? "tidelock: ended by SIGQUIT\n"
                                              : "tidelock: interrupted\n";
}

void exit_interrupt_die(void)
{
    int number = exit_interrupt_signal;
    sigset_t it;
    if (number != SIGINT) {
        signal(number, SIG_DFL);
        sigemptyset(&it);
        sigaddset(&it, number);
        raise(number);
        pthread_sigmask(SIG_UNBLOCK, &it, NULL);
    }
    _exit(exit_interrupt_status());
}

/* "interrupted", or "ended by SIGTERM": what has led to it is what a recording
 * of the last operations is for. */
static void record_interrupt(const char *words)
{
    char text[40];
    const char *begin = strchr(words, ' ') + 1;
    snprintf(text, sizeof text, "%.*s", (int)strcspn(begin, "\n"), begin);
    tl_recording_mark(text);
}

void exit_interrupt(void)
{
    const char *words = exit_interrupt_words();
    record_interrupt(words);
    tl_family_end();
    tl_socket_file_remove_all();
    if (restoring)
        restoring();
    files_write(2, words, strlen(words));
    if (leaving)
        leaving(exit_interrupt_status());
    exit_interrupt_die();
}

void exit_then(void (*function)(lua_State *L))
{
    last = function;
}

void exit_forget(lua_State *L)
{
    (void)L;
    interactive = false;
}

/* No task can ever go on: ends the program with the report. */
static int end_stuck(lua_State *L, const char *report)
{
    if (interactive) {
        size_t length = strlen(report);
        /* a message ends without a newline */
        lua_pushlstring(L, report, length > 0 ? length - 1 : 0);
        return misuse_raise(L);
    }
    explored_end(L, TL_ENDING_DEADLOCK, report);
    files_flush(L);
    char text[20000];
    int size = snprintf(text, sizeof text, "tidelock: %s", report);
    tl_output(2, text,
              (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
    if (report_told)
        report_told();
    tl_family_end();
    tl_socket_file_remove_all();
    leave(STUCK_STATUS);
}

static void tell_stopped(const char *name, pid_t pid)
{
    char text[TL_NAME_SIZE + 160], shown[TL_NAME_SIZE];
    snprintf(shown, sizeof shown, "%s", name);
    tl_printable_make(shown);
    snprintf(text, sizeof text,
             "tidelock: the end waits for %s (pid %d), which is stopped: kill "
             "-CONT %d lets it go on, Ctrl-C ends all\n",
             shown, (int)pid, (int)pid);
    files_write(2, text, strlen(text));
}

/* Ends the main script: daemons end, other children are joined. */
static void end_main(lua_State *L)
{
    if (!tl_task_is_main())
        return;
    files_flush(L);
    context_state = L;
    int status = tl_main_end();
    if (status == TL_STUCK) {
        interactive = false;
        result_failure(L, NULL, NULL, status);
    }
    if (status == TL_INTERRUPTED)
        exit_interrupt();
    if (last)
        last(L);
}

void exit_end(lua_State *L)
{
    end_main(L);
}

static int end_of_state(lua_State *L)
{
    exit_end(L);
    return 0;
}

static int exit_code(lua_State *L)
{
    if (lua_isboolean(L, 1))
        return lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    return (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
}

/* Upvalue: the stock os.exit. */
static int os_exit(lua_State *L)
{
    int code = exit_code(L);
    if (first)
        first();
    if (thread_is())
        thread_exit(code);
    if (child_is())
        child_exit(code);
    if (before)
        before();
    end_main(L);
    explored_leave(code);
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 0);
    return 0;
}

/* Finalizers run in the reverse order of their making when the state closes:
 * this one, made before all others of ours, runs after them. */
static void watch_end(lua_State *L)
{
    lua_newuserdatauv(L, 1, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, end_of_state);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &end_key);
}

static void replace_exit(lua_State *L)
{
    lua_getglobal(L, "os");
    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, "exit");
        lua_pushcclosure(L, os_exit, 1);
        lua_setfield(L, -2, "exit");
    }
    lua_pop(L, 1);
}

void exit_open(lua_State *L)
{
    if (!result_stuck)
        result_stuck = end_stuck;
    if (!tl_stopped_hook)
        tl_stopped_hook = tell_stopped;
    watch_end(L);
    replace_exit(L);
}
