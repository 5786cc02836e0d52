#include "process/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "process/files.h"
#include "process/libc_lock.h"
#include "tidelock.h"

#define SHELL "/bin/sh"

/* Starts the command, with `fd` as its stream `target`; fd -1: with the streams
 * of this process.  To signals that are `heard` it does what is their default,
 * to others what this process does (a handler: the default).  Returns an errno.
 */
static int spawn(pid_t *pid, const char *command, int fd, int target,
                 const sigset_t *heard)
{
    char *const arguments[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t blocked;
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    if (fd >= 0)
        error = posix_spawn_file_actions_adddup2(&actions, fd, target);
    tl_thread_signals_inherited(&blocked);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &blocked);
    posix_spawnattr_setsigdefault(&attributes, heard);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error)
        error =
            posix_spawn(pid, SHELL, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Waits for the command, and returns its status as wait(2) has it, or -1 with
 * errno. */
static int await_end(pid_t pid)
{
    int status = -1, error;
    pid_t got;
    tl_recording_command_begin();
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    error = errno;
    tl_recording_command_end();
    errno = got < 0 ? error : 0; /* luaL_execresult looks at it */
    return got < 0 ? -1 : status;
}

/* ---- io.popen ---- */

struct command {
    luaL_Stream stream; /* first: the io library knows no more */
    pid_t pid;
};

static int close_command(lua_State *L)
{
    struct command *command = luaL_checkudata(L, 1, LUA_FILEHANDLE);
    fclose(command->stream.f);
    return luaL_execresult(L, await_end(command->pid));
}

/* Starts the command with a pipe to or from it; returns an errno. */
static int start_command(struct command *command, const char *line,
                         const char *mode)
{
    bool reads = *mode == 'r';
    int ends[2];
    if (tl_standard_pipe(ends) < 0)
        return errno;
    int ours = ends[reads ? 0 : 1], theirs = ends[reads ? 1 : 0];
    FILE *file = fdopen(ours, mode);
    sigset_t heard;
    sigemptyset(&heard);
    int error = file ? spawn(&command->pid, line, theirs,
                             reads ? STDOUT_FILENO : STDIN_FILENO, &heard)
                     : errno;
    close(theirs);
    if (!error) {
        command->stream.f = file;
        command->stream.closef = close_command;
    } else if (file) {
        fclose(file);
    } else {
        close(ours);
    }
    return error;
}

static int io_popen(lua_State *L)
{
    const char *line = luaL_checkstring(L, 1);
    const char *mode = luaL_optstring(L, 2, "r");
    luaL_argcheck(L, strcmp(mode, "r") == 0 || strcmp(mode, "w") == 0, 2,
                  "invalid mode");
    struct command *command = lua_newuserdatauv(L, sizeof *command, 0);
    command->stream.closef = NULL; /* closed, for the io library */
    luaL_setmetatable(L, LUA_FILEHANDLE);
    files_flush(L);
    int error = start_command(command, line, mode);
    if (!error) {
        files_keep(L);
        return 1;
    }
    errno = error;
    return luaL_fileresult(L, 0, line);
}

/* ---- os.execute ---- */

/* How many commands run.  While any does, the process ignores SIGINT and
 * SIGQUIT: they are for the command.  All of this changes with the gate of
 * libc_lock.h held. */
static int running;
static struct sigaction old_interrupt, old_quit;

static void restore(void)
{
    sigaction(SIGINT, &old_interrupt, NULL);
    sigaction(SIGQUIT, &old_quit, NULL);
}

/* In a child, which has no command that runs. */
static void forget(void)
{
    if (running > 0)
        restore();
    running = 0;
}

static void deafen(void)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    libc_lock_take();
    if (running++ == 0) {
        sigaction(SIGINT, &ignored, &old_interrupt);
        sigaction(SIGQUIT, &ignored, &old_quit);
    }
    libc_lock_drop();
}

static void hear_again(void)
{
    libc_lock_take();
    if (--running == 0)
        restore();
    libc_lock_drop();
}

static int execute(const char *line)
{
    sigset_t heard;
    pid_t pid = 0;
    sigemptyset(&heard);
    deafen();
    if (old_interrupt.sa_handler != SIG_IGN)
        sigaddset(&heard, SIGINT);
    if (old_quit.sa_handler != SIG_IGN)
        sigaddset(&heard, SIGQUIT);
    int error = spawn(&pid, line, -1, -1, &heard);
    errno = error;
    int status = error ? -1 : await_end(pid);
    hear_again();
    return status;
}

static int os_execute(lua_State *L)
{
    const char *line = luaL_optstring(L, 1, NULL);
    if (line)
        return luaL_execresult(L, execute(line));
    lua_pushboolean(L, access(SHELL, X_OK) == 0);
    return 1;
}

static void replace(lua_State *L, const char *library, const char *name,
                    lua_CFunction function)
{
    lua_getglobal(L, library);
    if (lua_istable(L, -1)) {
        lua_pushcfunction(L, function);
        lua_setfield(L, -2, name);
    }
    lua_pop(L, 1);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget);
}

void shell_open(lua_State *L)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    replace(L, "io", "popen", io_popen);
    replace(L, "os", "execute", os_execute);
}
