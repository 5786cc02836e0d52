#include "labs/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>

#include "explore/host/one_cpu.h"
#include "labs/jail.h"
#include "tidelock.h"

#define JOB_CLASS "tidelock.labs.job"
#define MOST_FOLDERS 8
#define OWN_ERROR 70 /* exit status: not the function's doing */
#define SHARED_MEMORY "512M"
#define OUTPUT_MOST (16 << 20)
#define DESCRIPTORS_MOST 65536 /* to close, where they cannot be at once */

struct job {
    pid_t pid; /* 0: it has ended */
    int number;
    int output;
    double until;
    bool late;
    int status;
};

static struct job *check_job(lua_State *L)
{
    return luaL_checkudata(L, 1, JOB_CLASS);
}

/* ---- in the new process ---- */

static int put(const struct job *job, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(job->output, text, size);
        if (wrote <= 0)
            return OWN_ERROR;
        text += wrote;
        size -= (size_t)wrote;
    }
    return 0;
}

static int put_error(const struct job *job, const char *what)
{
    char text[200];
    int size = snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    put(job, text, (size_t)size);
    return OWN_ERROR;
}

/* The results of others are open in the grader. */
static bool leave_descriptors(struct job *job)
{
    int nothing = tl_standard_avoid(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        (job->output != 3 && dup3(job->output, 3, O_CLOEXEC) < 0))
        return false;
    job->output = 3;
    if (close_range(4, ~0U, 0) != 0)
        for (int fd = 4; fd < DESCRIPTORS_MOST; fd++)
            close(fd);
    return true;
}

static bool is_kept(const char *variable)
{
    static const char *const begins[] = {
        "PATH=", "LD_", "LUA_", "LANG=", "LC_", "TZ=", "TIDELOCK", "ASAN_"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(variable, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Where a course is graded, the environment holds its keys. */
static bool leave_environment(void)
{
    char **to = environ;
    for (char **from = environ; *from; from++)
        if (is_kept(*from))
            *to++ = *from;
    *to = NULL;
    return setenv("TIDELOCK_MEMORY", SHARED_MEMORY, 1) == 0;
}

static void be_closed(struct job *job, const struct jail *jail,
                      enum jail_kind kind)
{
    const char *step = "descriptors";
    if (!leave_descriptors(job) || !leave_environment() ||
        !jail_close(jail, kind, &step))
        _exit(put_error(job, step));
}

/* The function is at index 1.  NULL: no jail. */
static _Noreturn void run(lua_State *L, struct job *job,
                          const struct jail *jail, enum jail_kind kind)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    one_cpu_keep(job->number); /* the explorer's workers share it */
    if (jail)
        be_closed(job, jail, kind);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user's begins without */
    lua_pushvalue(L, 1);
    int status = lua_pcall(L, 0, 1, 0) == LUA_OK ? 0 : OWN_ERROR;
    size_t size = 0;
    const char *text = lua_tolstring(L, -1, &size);
    int written = put(job, text ? text : "", size);
    _exit(status ? status : written);
}

/* As a shell tells how a command ended. */
static int told(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The process between: the next one is the first of its namespace. */
static _Noreturn void run_below(lua_State *L, struct job *job,
                                const struct jail *jail, enum jail_kind kind,
                                pid_t parent)
{
    int status = 0;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(OWN_ERROR);
    if (jail && !jail_open(kind))
        _exit(put_error(job, "jail"));
    pid_t pid = fork();
    if (pid == 0)
        run(L, job, jail, kind);
    if (pid < 0)
        _exit(put_error(job, "fork"));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    _exit(told(status));
}

/* ---- jobs ---- */

static double number_field(lua_State *L, const char *name, double otherwise)
{
    lua_getfield(L, 2, name);
    double number = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    return number;
}

/* In the order of enum jail_kind. */
static enum jail_kind read_kind(lua_State *L)
{
    static const char *const words[] = {"none", "user", "whole", NULL};
    lua_getfield(L, 2, "jail");
    int kind = luaL_checkoption(L, -1, "whole", words);
    lua_pop(L, 1);
    return (enum jail_kind)kind;
}

/* The strings stay on the stack. */
static void read_folders(lua_State *L, const char **folders)
{
    int count = 0;
    lua_getfield(L, 2, "folders");
    int list = lua_gettop(L);
    while (lua_istable(L, list) && count < MOST_FOLDERS &&
           lua_rawgeti(L, list, count + 1) == LUA_TSTRING)
        folders[count++] = lua_tostring(L, -1);
    folders[count] = NULL;
}

static int start(lua_State *L)
{
    const char *folders[MOST_FOLDERS + 1];
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TTABLE);
    struct jail jail = {.folders = folders,
                        .cpu = number_field(L, "cpu", 60),
                        .memory = number_field(L, "memory", 1 << 30),
                        .processes = (int)number_field(L, "processes", 256),
                        .number = (int)number_field(L, "number", 0)};
    enum jail_kind kind = read_kind(L);
    read_folders(L, folders);
    lua_getfield(L, 2, "open");
    bool is_open = lua_toboolean(L, -1);
    struct job *job = lua_newuserdata(L, sizeof *job);
    *job = (struct job){.until = tl_real_now() + number_field(L, "wall", 60),
                        .number = jail.number,
                        .output = -1,
                        /* where nobody can tell how it has ended */
                        .status = OWN_ERROR << 8};
    job->output = tl_standard_avoid(memfd_create("tidelock lab", MFD_CLOEXEC));
    luaL_setmetatable(L, JOB_CLASS);
    fflush(stdout);
    pid_t parent = getpid();
    job->pid = job->output < 0 ? -1 : fork();
    if (job->pid == 0)
        run_below(L, job, is_open ? NULL : &jail, kind, parent);
    if (job->pid > 0)
        return 1;
    job->pid = 0;
    lua_pushnil(L);
    lua_pushfstring(L, "no process for it: %s", strerror(errno));
    return 2;
}

/* Where nothing else ends what the function has started. */
static void end_all(const struct job *job)
{
    kill(-job->pid, SIGKILL);
    kill(job->pid, SIGKILL); /* it may lead no group yet */
}

static void push_output(lua_State *L, const struct job *job)
{
    luaL_Buffer buffer;
    off_t at = 0;
    luaL_buffinit(L, &buffer);
    while (at < OUTPUT_MOST) {
        char *piece = luaL_prepbuffer(&buffer);
        ssize_t got = pread(job->output, piece, LUAL_BUFFERSIZE, at);
        if (got <= 0)
            break;
        luaL_addsize(&buffer, (size_t)got);
        at += got;
    }
    luaL_pushresult(&buffer);
}

static int poll_job(lua_State *L)
{
    struct job *job = check_job(L);
    if (job->pid > 0) {
        pid_t ended = waitpid(job->pid, &job->status, WNOHANG);
        if (ended == 0 && tl_real_now() >= job->until && !job->late) {
            job->late = true;
            end_all(job);
        }
        if (ended == 0)
            return 0;
        job->pid = 0;
    }
    int status = told(job->status);
    if (job->late) {
        lua_pushnil(L);
        lua_pushliteral(L, "time");
    } else if (status > 128) {
        lua_pushnil(L);
        lua_pushliteral(L, "signal");
        lua_pushinteger(L, status - 128);
        return 3;
    } else {
        push_output(L, job);
        lua_pushliteral(L, "exit");
        lua_pushinteger(L, status);
        return 3;
    }
    return 2;
}

static int kill_job(lua_State *L)
{
    struct job *job = check_job(L);
    if (job->pid > 0) {
        end_all(job);
        while (waitpid(job->pid, &job->status, 0) < 0 && errno == EINTR)
            ;
    }
    job->pid = 0;
    if (job->output >= 0)
        close(job->output);
    job->output = -1;
    return 0;
}

static const luaL_Reg methods[] = {
    {"poll", poll_job}, {"kill", kill_job}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"start", start}, {NULL, NULL}};

int runner_open_library(lua_State *L)
{
    luaL_newmetatable(L, JOB_CLASS);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, kill_job);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
