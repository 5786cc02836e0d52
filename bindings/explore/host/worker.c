#include "explore/host/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore/host/high.h"
#include "explore/host/one_cpu.h"

#define PATIENCE 3 /* seconds for a worker to end what it runs */

/* ---- its start ---- */

static int make_file(const char *name)
{
    return high_move(tl_standard_avoid(memfd_create(name, MFD_CLOEXEC)));
}

/* An open file description of the worker's own, for its lock.  The explorer has
 * it too: the lock of one that was killed is held until its files are put back.
 */
static int open_anew(int fd)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return high_move(tl_standard_avoid(open(path, O_RDWR | O_CLOEXEC)));
}

static int make_memory(struct worker *worker)
{
    size_t size = sizeof *worker->memory;
    worker->shared = make_file("tidelock exploration");
    worker->output = make_file("tidelock output");
    worker->records = make_file("tidelock kept files");
    if (worker->shared < 0 || worker->output < 0 || worker->records < 0 ||
        ftruncate(worker->shared, (off_t)size) < 0 ||
        fcntl(worker->output, F_SETFL, O_APPEND) < 0)
        return -1;
    worker->memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_NORESERVE, worker->shared, 0);
    if (worker->memory == MAP_FAILED)
        worker->memory = NULL;
    return worker->memory ? 0 : -1;
}

static void hand_on(int fd)
{
    fcntl(fd, F_SETFD, 0);
}

/* In the child.  Ctrl-C is the explorer's alone: the worker is in a process
 * group of its own. */
static _Noreturn void become(const struct worker *worker,
                             const struct worker_start *start, int number,
                             int socket, pid_t parent)
{
    char text[120];
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* see zygote.h */
    if (getppid() != parent)
        _exit(1);
    one_cpu_keep(number);
    int persona = personality(0xffffffff);
    if (persona >= 0)
        personality((unsigned long)persona | ADDR_NO_RANDOMIZE);
    hand_on(worker->lock);
    hand_on(worker->shared);
    hand_on(worker->output);
    hand_on(worker->records);
    hand_on(start->input);
    hand_on(socket);
    snprintf(text, sizeof text, "%d %d %d %d %d %d %" PRIu64 " %" PRIu32,
             worker->lock, worker->shared, worker->output, worker->records,
             start->input, socket, start->seed, start->rank);
    setenv(WORKER_VARIABLE, text, 1);
    if (start->memory)
        setenv("TIDELOCK_MEMORY", start->memory, 1);
    execv("/proc/self/exe", start->arguments);
    _exit(1);
}

int worker_start(struct worker *worker, const struct worker_start *start,
                 int number)
{
    int pair[2];
    pid_t parent = getpid();
    *worker = (struct worker){
        .shared = -1, .output = -1, .records = -1, .lock = -1, .socket = -1};
    worker->lock = open_anew(start->findings);
    if (worker->lock < 0 || make_memory(worker) < 0 ||
        tl_standard_sockets(pair) < 0)
        return -1;
    worker->socket = high_move(pair[0]);
    pair[1] = high_move(pair[1]);
    worker->pid = fork();
    if (worker->pid == 0)
        become(worker, start, number, pair[1], parent);
    close(pair[1]);
    worker->state = WORKER_STARTS;
    return worker->pid < 0 ? -1 : 0;
}

/* ---- its schedules ---- */

int worker_order(struct worker *worker)
{
    struct worker_word word = {.kind = WORKER_START, .flag = worker->flag};
    tl_account_empty(&worker->memory->exploration.account);
    atomic_store(&worker->memory->ended, 0);
    worker->state = WORKER_RUNS;
    worker->seen = 0;
    worker->moved = tl_real_now();
    return send(worker->socket, &word, sizeof word, MSG_NOSIGNAL) == sizeof word
               ? 0
               : -1;
}

int worker_say(struct worker *worker, enum worker_word_kind kind)
{
    struct worker_word word = {.kind = kind};
    worker->state = WORKER_RUNS;
    return send(worker->socket, &word, sizeof word, MSG_NOSIGNAL) == sizeof word
               ? 0
               : -1;
}

void worker_end_schedule(struct worker *worker, enum worker_why why)
{
    int32_t group = atomic_load(&worker->memory->group);
    atomic_store(&worker->memory->ended, why);
    if (group > 0)
        kill(-group, SIGKILL);
}

/* ---- its end ---- */

static void close_all(struct worker *worker)
{
    int *fds[] = {&worker->shared, &worker->output, &worker->records,
                  &worker->lock, &worker->socket};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}

/* Waits until the worker has closed the socket, for that many seconds. */
static void await_end(const struct worker *worker, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    struct worker_word word;
    setsockopt(worker->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    while (recv(worker->socket, &word, sizeof word, 0) > 0)
        continue;
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, __WALL) > 0 || errno == EINTR)
        continue;
}

/* The worker puts files back, and the explorer does so where that has not got
 * to it. */
static int end_process(struct worker *worker)
{
    int status = 0;
    kill(worker->pid, SIGTERM);
    shutdown(worker->socket, SHUT_WR); /* it may be about to wait for orders */
    await_end(worker, PATIENCE);
    kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    int32_t group = atomic_load(&worker->memory->group);
    if (group > 0) {
        kill(-group, SIGKILL);
        reap(-group); /* this process adopts orphans */
    }
    kept_files_put_back(&worker->memory->kept, worker->records, worker->lock);
    return status;
}

int worker_end(struct worker *worker)
{
    int status = 0;
    if (worker->memory && worker->pid > 0)
        status = end_process(worker);
    if (worker->memory)
        munmap(worker->memory, sizeof *worker->memory);
    worker->memory = NULL;
    worker->pid = 0;
    close_all(worker);
    return status;
}

void worker_take_terminal(void)
{
    void (*given)(int) = signal(SIGTTOU, SIG_IGN);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        tcsetpgrp(fd, getpgrp());
    signal(SIGTTOU, given);
}
