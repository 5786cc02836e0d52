/* Host: opening: the workers, and what they have in common. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lauxlib.h>

#include "explore/host/high.h"
#include "explore/host/host.h"
#include "explore/host/input.h"
#include "explore/host/interrupt.h"
#include "explore/host/rank.h"

#define PATIENCE 10.0 /* seconds */

/* Nothing where it is somebody else's: input = false. */
static int open_input(lua_State *L)
{
    lua_getfield(L, 1, "input");
    bool none = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    return none ? tl_standard_avoid(open("/dev/null", O_RDONLY | O_CLOEXEC))
                : host_input_read();
}

static int make_findings(void)
{
    int fd = tl_standard_avoid(memfd_create("tidelock findings", MFD_CLOEXEC));
    return fd >= 0 && ftruncate(fd, sizeof(struct tl_findings)) == 0
               ? high_move(fd)
               : -1;
}

static const char *text_field(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    return lua_tostring(L, -1); /* it stays on the stack, and alive */
}

/* The arguments of the program: its name, the script, the script's own. */
static char **make_arguments(lua_State *L)
{
    const char *program = text_field(L, "program");
    const char *script = text_field(L, "script");
    if (!script)
        host_refuse(L, "a script is needed");
    lua_getfield(L, 1, "arguments");
    lua_Integer count = lua_istable(L, -1) ? (lua_Integer)lua_rawlen(L, -1) : 0;
    char **list = lua_newuserdata(L, (size_t)(count + 3) * sizeof *list);
    list[0] = (char *)(program ? program : program_invocation_name);
    list[1] = (char *)script;
    for (lua_Integer i = 1; i <= count; i++) {
        luaL_checkstack(L, 4, "too many arguments");
        lua_rawgeti(L, 5, i);
        list[i + 1] = (char *)luaL_checkstring(L, -1);
    }
    list[count + 2] = NULL;
    return list;
}

struct host *host_check(lua_State *L)
{
    struct host *host = luaL_checkudata(L, 1, HOST_CLASS);
    if (host->closed)
        luaL_error(L, "the host is closed");
    return host;
}

struct worker *host_check_worker(lua_State *L, const struct host *host)
{
    lua_Integer number = luaL_checkinteger(L, 2);
    luaL_argcheck(L, number >= 1 && number <= host->jobs, 2,
                  "there is no such worker");
    return &host->workers[number - 1];
}

void host_close(struct host *host)
{
    for (int i = 0; i < host->jobs && host->workers; i++)
        worker_end(&host->workers[i]);
    free(host->workers);
    host->workers = NULL;
    host->jobs = 0;
    if (host->findings >= 0)
        close(host->findings);
    if (host->input >= 0)
        close(host->input);
    if (host->rank >= 0)
        close(host->rank);
    host->findings = host->input = host->rank = -1;
    host->closed = true;
}

/* What a worker that could not load the script has said. */
static const char *push_words(lua_State *L, const struct worker *worker)
{
    static const char prefix[] = "tidelock: ";
    char text[8192];
    ssize_t size = pread(worker->output, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    while (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    return lua_pushstring(L, strncmp(text, prefix, sizeof prefix - 1) == 0
                                 ? text + sizeof prefix - 1
                                 : text);
}

int host_raise_lost(lua_State *L, struct host *host, struct worker *worker)
{
    const char *said = push_words(L, worker);
    bool ready = worker->state != WORKER_STARTS;
    int error = worker->memory ? worker->memory->error : 0;
    int status = worker_end(worker);
    host_close(host);
    if (host_interrupt_came())
        lua_pushliteral(L, "interrupted");
    else if (WIFSIGNALED(status))
        lua_pushfstring(L, "a worker was ended by signal %d (%s)",
                        WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (error)
        lua_pushfstring(L, "a schedule cannot be started: %s", strerror(error));
    else if (ready || !*said)
        lua_pushliteral(L, "a worker has ended");
    return lua_error(L);
}

static void start_workers(lua_State *L, struct host *host, char **arguments,
                          uint64_t seed, uint32_t rank, int jobs)
{
    struct worker_start start = {.arguments = arguments,
                                 .memory = text_field(L, "memory"),
                                 .seed = seed,
                                 .findings = host->findings,
                                 .input = host->input,
                                 .rank = rank};
    for (int i = 0; i < jobs; i++) {
        host->jobs = i + 1; /* of which host_close knows */
        if (worker_start(&host->workers[i], &start, i) < 0) {
            int error = errno;
            host_close(host);
            host_refuse(L, "cannot start a worker: %s", strerror(error));
            return;
        }
    }
    for (int i = 0; i < host->jobs; i++) {
        struct worker_word word;
        if (!host_jobs_take_word(&host->workers[i], &word))
            return (void)host_raise_lost(L, host, &host->workers[i]);
        host->workers[i].state = WORKER_IDLE;
    }
}

static lua_Integer integer_field(lua_State *L, const char *name,
                                 lua_Integer otherwise)
{
    lua_getfield(L, 1, name);
    lua_Integer number = luaL_optinteger(L, -1, otherwise);
    lua_pop(L, 1);
    return number;
}

int host_cpu_count(void)
{
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0
               ? CPU_COUNT(&allowed)
               : 1;
}

int host_open(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_Integer jobs = integer_field(L, "jobs", host_cpu_count());
    lua_Integer seed = integer_field(L, "seed", 1);
    lua_getfield(L, 1, "patience");
    lua_Number patience = luaL_optnumber(L, -1, PATIENCE);
    lua_pop(L, 1);
    if (jobs < 1 || jobs > HOST_JOBS_MOST)
        host_refuse(L, "the number of jobs is from 1 to %d", HOST_JOBS_MOST);
    struct host *host = lua_newuserdata(L, sizeof *host);
    *host =
        (struct host){.findings = -1, .input = -1, .rank = -1, .closed = true};
    luaL_setmetatable(L, HOST_CLASS);
    char **arguments = make_arguments(L);
    host->interrupts = host_interrupt_watch();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    host->findings = make_findings();
    host->input = high_move(open_input(L));
    if (host->input < 0 && errno == EFBIG)
        return host_refuse(L, "more than 64 MiB of standard input cannot be "
                              "kept for the schedules");
    host->workers = calloc((size_t)jobs, sizeof *host->workers);
    host->patience = patience;
    host->closed = false;
    if (host->findings < 0 || host->input < 0 || !host->workers)
        return host_refuse(L, "no memory can be had for the exploration: %s",
                           strerror(errno));
    uint32_t rank;
    host->rank = host_rank_take(&rank);
    start_workers(L, host, arguments, (uint64_t)seed, rank, (int)jobs);
    lua_settop(L, 2);
    return 1;
}
