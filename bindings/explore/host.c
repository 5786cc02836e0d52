#include "explore/host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <lauxlib.h>

#define CLASS "tidelock.host"
#define JOBS_MOST 64
#define FD_LEAST 64
#define OUTPUT_MOST (1 << 20)
#define INPUT_MOST (64 << 20)
#define PATIENCE 10.0 /* seconds without a step, in real time */
#define LOOK 1.0      /* seconds between two looks at who takes steps */

static struct host *check_host(lua_State *L)
{
    struct host *host = luaL_checkudata(L, 1, CLASS);
    if (host->closed)
        luaL_error(L, "the host is closed");
    return host;
}

static struct worker *check_worker(lua_State *L, const struct host *host)
{
    lua_Integer number = luaL_checkinteger(L, 2);
    luaL_argcheck(L, number >= 1 && number <= host->jobs, 2,
                  "there is no such worker");
    return &host->workers[number - 1];
}

/* ---- Ctrl-C ---- */

static int interrupt_fd = -1;
static volatile sig_atomic_t interrupted;

/* The second one ends the program, and by that all workers; unless it comes so
 * soon that timeout(1) has sent the same one twice. */
static void on_interrupt(int signal)
{
    static double first;
    int error = errno;
    double now = tl_real_now();
    if (interrupted && now - first > 0.1)
        _exit(128 + signal);
    if (!interrupted)
        first = now;
    interrupted = 1;
    ssize_t ignored = write(interrupt_fd, &(uint64_t){1}, 8);
    (void)ignored;
    errno = error;
}

static void watch_interrupts(void)
{
    struct sigaction given, action = {.sa_handler = on_interrupt};
    if (interrupt_fd >= 0)
        return;
    interrupt_fd = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (sigaction(SIGINT, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
}

/* ---- opening ---- */

/* The script's standard input: what there is now, once for all schedules. */
static int read_input(lua_State *L)
{
    static char block[1 << 16];
    if (isatty(STDIN_FILENO) || fcntl(STDIN_FILENO, F_GETFD) < 0)
        return tl_standard_avoid(open("/dev/null", O_RDONLY | O_CLOEXEC));
    int fd = tl_standard_avoid(memfd_create("tidelock input", MFD_CLOEXEC));
    ssize_t size;
    size_t all = 0;
    while (fd >= 0 && ((size = read(STDIN_FILENO, block, sizeof block)) > 0 ||
                       (size < 0 && errno == EINTR && !interrupted))) {
        all += size > 0 ? (size_t)size : 0;
        if (all > INPUT_MOST)
            luaL_error(L, "more than 64 MiB of standard input cannot be "
                          "kept for the schedules");
        if (size > 0 && write(fd, block, (size_t)size) != size)
            return -1;
    }
    return fd;
}

static int move_up(int fd)
{
    int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FD_LEAST);
    if (fd >= 0)
        close(fd);
    return moved;
}

static int make_findings(void)
{
    int fd = tl_standard_avoid(memfd_create("tidelock findings", MFD_CLOEXEC));
    return fd >= 0 && ftruncate(fd, sizeof(struct tl_findings)) == 0
               ? move_up(fd)
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
        luaL_error(L, "a script is needed");
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

static void close_host(struct host *host)
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
    host->findings = host->input = -1;
    host->closed = true;
}

/* The worker has ended by itself: raises what it said. */
static int raise_lost(lua_State *L, struct host *host, struct worker *worker)
{
    static const char prefix[] = "tidelock: ";
    char text[8192];
    ssize_t size = pread(worker->output, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    close_host(host);
    while (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    lua_pushstring(L, size <= 0 ? "a worker was ended from outside"
                      : strncmp(text, prefix, sizeof prefix - 1) == 0
                          ? text + sizeof prefix - 1
                          : text);
    return lua_error(L);
}

/* Takes a word of the worker's: false: it has ended. */
static bool take_word(struct worker *worker, struct worker_word *word)
{
    ssize_t size;
    do
        size = recv(worker->socket, word, sizeof *word, 0);
    while (size < 0 && errno == EINTR && !interrupted);
    return size == sizeof *word;
}

static void start_workers(lua_State *L, struct host *host, char **arguments,
                          uint64_t seed)
{
    struct worker_start start = {.arguments = arguments,
                                 .seed = seed,
                                 .findings = host->findings,
                                 .input = host->input};
    for (int i = 0; i < host->jobs; i++)
        if (worker_start(&host->workers[i], &start, i) < 0) {
            int error = errno;
            close_host(host);
            luaL_error(L, "cannot start a worker: %s", strerror(error));
        }
    for (int i = 0; i < host->jobs; i++) {
        struct worker_word word;
        if (!take_word(&host->workers[i], &word))
            raise_lost(L, host, &host->workers[i]);
        host->workers[i].busy = false;
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

static int cpu_count(void)
{
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0
               ? CPU_COUNT(&allowed)
               : 1;
}

static int host_open(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_Integer jobs = integer_field(L, "jobs", cpu_count());
    lua_Integer seed = integer_field(L, "seed", 1);
    if (jobs < 1 || jobs > JOBS_MOST)
        luaL_error(L, "the number of jobs is from 1 to %d", JOBS_MOST);
    struct host *host = lua_newuserdata(L, sizeof *host);
    *host = (struct host){.findings = -1, .input = -1, .closed = true};
    luaL_setmetatable(L, CLASS);
    char **arguments = make_arguments(L);
    watch_interrupts();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    host->findings = make_findings();
    host->input = move_up(read_input(L));
    host->workers = calloc((size_t)jobs, sizeof *host->workers);
    host->jobs = (int)jobs;
    host->closed = false;
    if (host->findings < 0 || host->input < 0 || !host->workers)
        return luaL_error(L, "no memory can be had for the exploration: %s",
                          strerror(errno));
    start_workers(L, host, arguments, (uint64_t)seed);
    lua_settop(L, 2);
    return 1;
}

/* ---- schedules ---- */

static int host_start(lua_State *L)
{
    struct host *host = check_host(L);
    struct worker *worker = check_worker(L, host);
    bool terminal = false;
    if (worker->busy)
        return luaL_error(L, "the worker runs a schedule already");
    if (lua_istable(L, 4)) {
        lua_getfield(L, 4, "terminal");
        terminal = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    host_plan_read(L, 3, &worker->memory->exploration.plan);
    if (worker_order(worker, terminal) < 0)
        return raise_lost(L, host, worker);
    return 0;
}

/* Ends schedules in which nothing has moved for long. */
static void look_at(struct worker *worker, double now)
{
    uint64_t events = worker->memory->exploration.account.event_count;
    if (!worker->busy)
        return;
    if (events != worker->seen) {
        worker->seen = events;
        worker->moved = now;
    } else if (now - worker->moved > PATIENCE) {
        worker_end_schedule(worker);
    }
}

static void list_polled(const struct host *host, struct pollfd *polled)
{
    for (int i = 0; i < host->jobs; i++) {
        const struct worker *worker = &host->workers[i];
        polled[i] = (struct pollfd){.fd = worker->busy ? worker->socket : -1,
                                    .events = POLLIN};
    }
    polled[host->jobs] = (struct pollfd){.fd = interrupt_fd, .events = POLLIN};
}

/* One look at all; the number of a worker that is done, or 0. */
static int wait_once(lua_State *L, struct host *host, double seconds)
{
    struct pollfd polled[JOBS_MOST + 1];
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    list_polled(host, polled);
    if (ppoll(polled, (nfds_t)host->jobs + 1, &time, NULL) <= 0)
        return 0;
    for (int i = 0; i < host->jobs; i++) {
        struct worker_word word;
        if (!polled[i].revents)
            continue;
        if (!take_word(&host->workers[i], &word))
            return raise_lost(L, host, &host->workers[i]);
        host->workers[i].busy = false;
        return i + 1;
    }
    return 0;
}

static int answer_interrupt(lua_State *L)
{
    uint64_t count;
    ssize_t ignored = read(interrupt_fd, &count, sizeof count);
    (void)ignored;
    lua_pushnil(L);
    lua_pushliteral(L, "interrupted");
    return 2;
}

static int host_wait(lua_State *L)
{
    struct host *host = check_host(L);
    double now = tl_real_now();
    double until = now + luaL_optnumber(L, 2, 1e9);
    static bool answered;
    for (;;) {
        double left = until - now < LOOK ? until - now : LOOK;
        int done = wait_once(L, host, left > 0 ? left : 0);
        if (done) {
            lua_pushinteger(L, done);
            return 1;
        }
        if (interrupted && !answered) {
            answered = true;
            return answer_interrupt(L);
        }
        now = tl_real_now();
        for (int i = 0; i < host->jobs; i++)
            look_at(&host->workers[i], now);
        if (now >= until) {
            lua_pushnil(L);
            return 1;
        }
    }
}

/* ---- what came of them ---- */

static const struct worker_shared *check_done(lua_State *L)
{
    const struct worker *worker = check_worker(L, check_host(L));
    if (worker->busy)
        luaL_error(L, "the worker runs a schedule");
    return worker->memory;
}

static int host_account(lua_State *L)
{
    return host_push_run(L, check_done(L));
}

static int host_tasks(lua_State *L)
{
    return host_push_tasks(L, check_done(L));
}

static int host_objects(lua_State *L)
{
    return host_push_objects(L, check_done(L));
}

static int host_events(lua_State *L)
{
    return host_push_events(L, check_done(L));
}

static int host_told(lua_State *L)
{
    return host_push_told(L, check_done(L));
}

static int host_output(lua_State *L)
{
    check_done(L);
    const struct worker *worker = check_worker(L, check_host(L));
    off_t size = lseek(worker->output, 0, SEEK_END);
    size_t shown = size > OUTPUT_MOST ? OUTPUT_MOST : (size_t)size;
    luaL_Buffer buffer;
    char *text = luaL_buffinitsize(L, &buffer, shown);
    ssize_t got = pread(worker->output, text, shown, 0);
    luaL_addsize(&buffer, got > 0 ? (size_t)got : 0);
    if (size > OUTPUT_MOST)
        luaL_addstring(&buffer, "\n... (there is more: only the first MiB "
                                "is shown)\n");
    luaL_pushresult(&buffer);
    return 1;
}

static int host_close(lua_State *L)
{
    struct host *host = luaL_checkudata(L, 1, CLASS);
    if (!host->closed)
        close_host(host);
    return 0;
}

/* ---- of the machine ---- */

static int real_time(lua_State *L)
{
    lua_pushnumber(L, tl_real_now());
    return 1;
}

/* The width of the terminal on stdout, or stderr. */
static int columns(lua_State *L)
{
    struct winsize size;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            lua_pushinteger(L, size.ws_col);
            return 1;
        }
    lua_pushnil(L);
    return 1;
}

static int is_terminal(lua_State *L)
{
    lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
    return 1;
}

static int cpus(lua_State *L)
{
    lua_pushinteger(L, cpu_count());
    return 1;
}

static const luaL_Reg methods[] = {
    {"start", host_start}, {"wait", host_wait},       {"account", host_account},
    {"tasks", host_tasks}, {"objects", host_objects}, {"events", host_events},
    {"told", host_told},   {"output", host_output},   {"close", host_close},
    {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"open", host_open},  {"real_time", real_time},
    {"columns", columns}, {"is_terminal", is_terminal},
    {"cpus", cpus},       {NULL, NULL}};

int host_open_library(lua_State *L)
{
    tl_init_kinds();
    luaL_newmetatable(L, CLASS);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, host_close);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
