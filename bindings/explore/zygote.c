#include "explore/zygote.h"

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

#include "explore/worker.h"

static bool is_zygote, served;
static int output, input, orders; /* descriptors */
static int life_pipe[2];
static struct tl_findings *findings;
static struct worker_shared *shared;

/* ---- what it is handed ---- */

static void *map(int fd, size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_NORESERVE, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

/* The script's streams; what they are made of is not handed on to commands.
 * The input is opened anew, since each worker reads it from a place of its
 * own. */
static void take_streams(void)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", input);
    int own = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC));
    dup2(own >= 0 ? own : input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (own > STDERR_FILENO)
        close(own);
    close(input);
    fcntl(output, F_SETFD, FD_CLOEXEC);
    fcntl(orders, F_SETFD, FD_CLOEXEC);
}

bool zygote_begin(uint64_t *seed)
{
    int found, own;
    const char *text = getenv(WORKER_VARIABLE);
    if (!text)
        return false;
    if (sscanf(text, "%d %d %d %d %d %" SCNu64, &found, &own, &output, &input,
               &orders, seed) != 6)
        return false;
    unsetenv(WORKER_VARIABLE);
    findings = map(found, sizeof *findings);
    shared = map(own, sizeof *shared);
    take_streams();
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
    fcntl(life_pipe[0], F_SETSIG, SIGKILL);
    fcntl(life_pipe[0], F_SETFL, O_ASYNC | O_NONBLOCK);
    close(life_pipe[1]);
}

static void be_schedule(pid_t zygote)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != zygote)
        _exit(1);
    setpgid(0, 0);
    close(orders);
    tie_group_to_zygote();
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
    while (waitpid(-1, NULL, WNOHANG) == 0) {
        FILE *list = fopen(path, "re");
        int pid;
        while (list && fscanf(list, "%d", &pid) == 1)
            kill(pid, SIGKILL);
        if (list)
            fclose(list);
        waitpid(-1, NULL, 0);
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

/* Returns true in the schedule's main task. */
static bool run_schedule(void)
{
    int status = 0;
    pid_t zygote = getpid();
    double begun = tl_real_now();
    lseek(STDIN_FILENO, 0, SEEK_SET);
    if (ftruncate(output, 0) < 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        be_schedule(zygote);
        return true;
    }
    if (pid > 0) {
        atomic_store(&shared->group, pid);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        end_group(pid);
        atomic_store(&shared->group, 0);
        judge(status);
    }
    shared->real = tl_real_now() - begun;
    say(WORKER_DONE);
    return false;
}

bool zygote_serve(void)
{
    struct worker_word word;
    if (!is_zygote || served)
        return false;
    served = true;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (pipe2(life_pipe, O_CLOEXEC) < 0)
        _exit(1);
    malloc_trim(0);
    say(WORKER_READY);
    while (recv(orders, &word, sizeof word, 0) == sizeof word)
        if (run_schedule())
            return true;
    _exit(0);
}
