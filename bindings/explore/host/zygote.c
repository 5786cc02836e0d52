#include "explore/host/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore/host/high.h"
#include "explore/host/kept_files.h"
#include "explore/host/stopped.h"
#include "explore/host/worker.h"

static bool is_zygote, served;
static int output, records, input, orders, lock; /* descriptors */
static int terminal[STDERR_FILENO + 1];
static int life_pipe[2];
static struct tl_findings *findings;
static struct worker_shared *shared;

/* ---- what it is handed ---- */

static void *map(int fd, size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_NORESERVE, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* The same file with a place, and a lock, of its own; takes the descriptor. */
static int open_anew(int fd, int flags)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = high_move(tl_standard_avoid(open(path, flags | O_CLOEXEC)));
    if (own < 0)
        return fd;
    close(fd);
    return own;
}

/* The explorer's streams are kept, for schedules that have the terminal. */
static void take_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        terminal[fd] = high_copy(fd);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
}

static void take(int found, int own)
{
    findings = map(found, sizeof *findings);
    shared = map(own, sizeof *shared);
    lock = found;
    input = open_anew(input, O_RDONLY);
    close(own);
    take_streams();
    fcntl(output, F_SETFD, FD_CLOEXEC);
    fcntl(records, F_SETFD, FD_CLOEXEC);
    fcntl(lock, F_SETFD, FD_CLOEXEC);
    fcntl(orders, F_SETFD, FD_CLOEXEC);
    kept_files_begin(&shared->kept, records, lock);
}

bool zygote_begin(struct zygote_start *start)
{
    int found, own;
    const char *text = getenv(WORKER_VARIABLE);
    if (!text || sscanf(text, "%d %d %d %d %d %d %" SCNu64 " %" SCNu32, &found,
                        &own, &output, &records, &input, &orders, &start->seed,
                        &start->rank) != 8)
        return false;
    unsetenv(WORKER_VARIABLE);
    take(found, own);
    is_zygote = findings && shared;
    return is_zygote;
}

bool zygote_is(void)
{
    return is_zygote;
}

/* ---- a schedule ---- */

/* Has the kernel kill the process group when the zygote ends: see zygote.h. */
static void tie_group_to_zygote(void)
{
    fcntl(life_pipe[0], F_SETOWN, -getpid());
    close(life_pipe[1]);
}

/* The schedule is in the foreground, so that it may read and gets Ctrl-C. */
static void take_terminal(void)
{
    void (*given)(int) = signal(SIGTTOU, SIG_IGN);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(terminal[fd], fd);
    tcsetpgrp(STDIN_FILENO, getpid());
    signal(SIGTTOU, given);
}

static void be_schedule(pid_t zygote, uint32_t flag)
{
    signal(SIGTERM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != zygote)
        _exit(1);
    setpgid(0, 0);
    if (flag == WORKER_TALKS)
        stopped_begin(orders, shared);
    else
        close(orders);
    tie_group_to_zygote();
    if (flag == WORKER_TERMINAL)
        take_terminal();
    tl_explore_begin(findings, &shared->exploration);
}

static void say(enum worker_word_kind kind)
{
    struct worker_word word = {.kind = kind};
    if (send(orders, &word, sizeof word, MSG_NOSIGNAL) != sizeof word)
        _exit(1);
}

/* Those that have left the process group: they are this process's children by
 * now. */
static void end_strays(void)
{
    char path[60];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    while (waitpid(-1, NULL, WNOHANG) >= 0) {
        FILE *list = fopen(path, "re");
        int pid = 0;
        while (list && fscanf(list, "%d", &pid) == 1)
            kill(pid, SIGKILL);
        if (list)
            fclose(list);
        if (pid)
            waitpid(pid, NULL, __WALL);
    }
}

/* Ends all of the schedule that is left; all is reaped then.  A process whose
 * parent is killed becomes this one's child before that parent is a zombie. */
static void end_group(pid_t group)
{
    kill(-group, SIGKILL);
    while (waitpid(-group, NULL, __WALL) > 0 || errno == EINTR)
        continue;
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        end_strays();
}

/* The main task has ended, and told nobody. */
static void judge(int status)
{
    struct tl_account *account = &shared->exploration.account;
    if (atomic_load(&account->over) || atomic_load(&shared->ended))
        return;
    if (WIFSIGNALED(status)) {
        account->ending = TL_ENDING_CRASH;
        account->status = WTERMSIG(status);
    } else {
        account->status = WEXITSTATUS(status);
        account->ending = account->status ? TL_ENDING_STATUS : TL_ENDING_PASSED;
    }
    atomic_store(&account->over, 1);
}

/* ---- orders ---- */

static volatile sig_atomic_t is_to_end;

/* The explorer has ended, or wants this process to end. */
static void on_termination(int signal)
{
    (void)signal;
    is_to_end = 1;
    int32_t group = atomic_load(&shared->group);
    if (group > 0)
        kill(-group, SIGKILL);
}

/* No SA_RESTART: recv is to return. */
static void watch_termination(void)
{
    struct sigaction action = {.sa_handler = on_termination};
    sigaction(SIGTERM, &action, NULL);
}

static void await_end(pid_t main_task)
{
    int status = 0;
    setpgid(main_task, main_task); /* whoever is first */
    atomic_store(&shared->group, main_task);
    if (is_to_end)
        kill(main_task, SIGKILL);
    while (waitpid(main_task, &status, 0) < 0 && errno == EINTR)
        continue;
    end_group(main_task);
    kept_files_put_back(&shared->kept, records, lock);
    atomic_store(&shared->group, 0);
    judge(status);
}

/* Returns true in the schedule's main task. */
static bool run_schedule(uint32_t flag)
{
    pid_t zygote = getpid();
    double begun = tl_real_now();
    lseek(STDIN_FILENO, 0, SEEK_SET);
    pid_t pid = ftruncate(output, 0) < 0 ? -1 : fork();
    if (pid == 0) {
        be_schedule(zygote, flag);
        return true;
    }
    if (pid < 0) {
        shared->error = errno;
        _exit(1);
    }
    await_end(pid);
    shared->real = tl_real_now() - begun;
    say(WORKER_DONE);
    return false;
}

static void make_life_pipe(void)
{
    int made[2];
    if (tl_standard_pipe(made) < 0)
        _exit(1);
    for (int i = 0; i < 2; i++)
        life_pipe[i] = high_move(made[i]);
    fcntl(life_pipe[0], F_SETSIG, SIGKILL);
    fcntl(life_pipe[0], F_SETFL, O_ASYNC | O_NONBLOCK);
}

bool zygote_serve(void)
{
    struct worker_word word;
    if (!is_zygote || served)
        return false;
    served = true;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    make_life_pipe();
    watch_termination();
    malloc_trim(0);
    say(WORKER_READY);
    while (!is_to_end && recv(orders, &word, sizeof word, 0) == sizeof word)
        if (run_schedule(word.flag))
            return true;
    _exit(0);
}
