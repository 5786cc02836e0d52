/*
 * Explored: runs a script in a program that is explored, by the plan in
 * `exploration`, and leaves its account there.  The script has `ipc`, and a
 * function `crash`.
 */
#ifndef EXPLORED_H
#define EXPLORED_H

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lualib.h>

#include "module.h"
#include "process/exit.h"
#include "process/explored.h"
#include "tidelock.h"
#include "wait/operation.h"

#define LIMIT 20.0 /* seconds */

static struct tl_exploration *exploration;
static struct tl_findings *findings;
static struct tl_account *account;

static int crash(lua_State *L)
{
    (void)L;
    abort();
}

static void run_script(const char *script)
{
    tl_simulate_begin(1, -1, "test.lua");
    tl_explore_begin(findings, exploration);
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_requiref(L, "tidelock", luaopen_tidelock, 0);
    lua_setglobal(L, "ipc");
    lua_register(L, "crash", crash);
    if (luaL_loadbuffer(L, script, strlen(script), "@test.lua") != LUA_OK ||
        lua_pcall(L, 0, 0, 0) != LUA_OK)
        explored_fail(L, lua_tostring(L, -1));
    exit_end(L);
    explored_leave(0);
    _exit(99);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Until it says that it is over, or its main task is no more. */
static void await_end(pid_t pid)
{
    double limit = now() + LIMIT;
    siginfo_t info = {0};
    while (!atomic_load(&account->over) && now() < limit) {
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == pid)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(-pid, NULL, 0) > 0) /* its children are ours by now */
        continue;
}

static inline void run(const char *script)
{
    fflush(stdout);
    atomic_store(&account->over, 0);
    account->ending = TL_ENDING_NONE;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        run_script(script);
    }
    setpgid(pid, pid);
    await_end(pid);
}

static int failures;

static inline void say(bool well, const char *what)
{
    printf("%sok - %s\n", well ? "" : "not ", what);
    if (!well)
        printf("# ending %u, message: %s\n", account->ending, account->message);
    failures += !well;
}

static inline bool has(const char *text)
{
    return strstr(account->message, text) != NULL;
}

static inline bool ends(const char *script, enum tl_ending ending,
                        const char *text)
{
    run(script);
    return account->ending == ending && has(text);
}

/* False: there is no memory. */
static bool prepare(void)
{
    exploration = mmap(NULL, sizeof *exploration, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    findings = mmap(NULL, sizeof *findings, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    account = &exploration->account;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return exploration != MAP_FAILED && findings != MAP_FAILED;
}

#endif
