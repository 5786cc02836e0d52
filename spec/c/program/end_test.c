/*
 * End: what is left of a process for a moment or more after its end: memory
 * that the kernel still takes apart, and a pid that the next one may have.
 *
 * Linked with --wrap of tl_life_has_ended.  To choose a pid takes a right
 * (CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, Linux 5.5).
 */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/process.h"
#include "support/family.h"
#include "tasks/life.h"
#include "tasks/task.h"
#include "tidelock.h"

#define PATIENCE 10.0

/* What the processes of a test tell each other, apart from the runtime. */
static struct {
    _Atomic int entered, ready, go, done;
} * flags;

static bool await(_Atomic int *flag)
{
    double limit = tl_now() + PATIENCE;
    while (!atomic_load(flag) && tl_now() < limit)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return atomic_load(flag);
}

/* ---- processes ---- */

static struct tl_handle process;

static pid_t pid_of(void)
{
    return ((struct tl_process *)process.object)->pid;
}

static void start(const struct tl_handle *handle, void (*body)(void))
{
    if (tl_process_start(handle, NULL, 0) == 0) {
        body();
        tl_process_finish(0);
        _exit(0);
    }
}

static void rest(void)
{
    for (;;)
        pause();
}

static void stay(void)
{
    atomic_store(&flags->entered, 1);
    rest();
}

/* ---- memory ---- */

#define PIECE (2 << 20)
static int pieces;

/* The same memory again and again: to the kernel as much work at the end. */
static void map_much_and_stay(void)
{
    int fd = memfd_create("piece", 0);
    if (ftruncate(fd, PIECE) == 0)
        for (int i = 0; i < pieces; i++)
            (void)mmap(NULL, PIECE, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, fd, 0);
    stay();
}

/* Neither reaped nor a zombie. */
static bool is_ending(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

static bool joins_before_the_kernel_is_through(bool *well)
{
    struct tl_process_info info;
    int status;
    tl_process_new(&process, NULL, false);
    atomic_store(&flags->entered, 0);
    start(&process, map_much_and_stay);
    *well =
        await(&flags->entered) && tl_process_signal(&process, SIGKILL) == TL_OK;
    do
        status = tl_process_join(&process, tl_deadline_in(0.001));
    while (*well && status == TL_TIMEOUT); /* not known to be dead yet */
    bool before = is_ending(pid_of());
    *well = *well && status == TL_OK &&
            tl_process_join(&process, tl_deadline_in(PATIENCE)) == TL_OK &&
            tl_process_info(&process, &info) == TL_OK && info.exit_known &&
            info.exitcode == -SIGKILL;
    tl_handle_close(&process);
    return before;
}

/* A join waits for the kernel as long as it was to, and not for all that the
 * process had mapped: 1 GiB, or more where that is gone too soon to be seen. */
static bool a_join_does_not_wait_for_the_kernel(void)
{
    bool well = true, before = false;
    for (pieces = 512; well && !before && pieces <= 8192; pieces *= 2)
        before = joins_before_the_kernel_is_through(&well);
    return well && before;
}

/* ---- pids ---- */

/* As fork, with that pid for the child. */
static pid_t fork_as(pid_t pid)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD,
                                   .set_tid = (uint64_t)(uintptr_t)&pid,
                                   .set_tid_size = 1};
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

/* The next process with that pid, somebody else's child.  False: there is no
 * right to make it. */
static bool follow(pid_t pid)
{
    pid_t parent = fork();
    if (parent == 0) {
        pid_t next = fork_as(pid);
        if (next == 0) {
            atomic_store(&flags->ready, 1);
            await(&flags->go);
            atomic_store(&flags->done, 1);
        } else if (next < 0) {
            atomic_store(&flags->ready, errno == EPERM ? -1 : -2);
        }
        rest();
    }
    await(&flags->ready);
    if (atomic_load(&flags->ready) == -1)
        puts("# no right to choose a pid: not tried");
    return atomic_load(&flags->ready) != -1;
}

/* Whether the next process was left alone by what was sent before. */
static bool next_goes_on(void)
{
    atomic_store(&flags->go, 1);
    return atomic_load(&flags->ready) == 1 && await(&flags->done);
}

/* It ends, and is reaped, without the runtime: by its second parent, which
 * this process is, or as a script does that waits by itself. */
static void end_unheard(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static bool is_thought_alive(void)
{
    return ((struct tl_process *)process.object)->state == TL_PROCESS_STARTED;
}

static void start_another(void)
{
    start(&process, stay);
    rest();
}

/* A grandchild, whose parent is no more. */
static void start_orphan(void)
{
    struct tl_handle parent = {0};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    tl_process_new(&process, NULL, false);
    tl_process_new(&parent, NULL, false);
    start(&parent, start_another);
    while (pid_of() == 0 || !atomic_load(&flags->entered))
        sched_yield();
    end_unheard(((struct tl_process *)parent.object)->pid);
}

static void start_child(bool daemon)
{
    tl_process_new(&process, NULL, daemon);
    start(&process, stay);
    await(&flags->entered);
}

/* The process ends, and another one has its pid; false: that cannot be had. */
static bool is_followed(void)
{
    pid_t pid = pid_of();
    end_unheard(pid);
    return follow(pid);
}

static bool signal_spares_next(void)
{
    return !is_followed() ||
           (is_thought_alive() &&
            tl_process_signal(&process, SIGKILL) == TL_ENDED && next_goes_on());
}

static bool a_signal_spares_the_next_of_the_pid(void)
{
    start_orphan();
    return signal_spares_next();
}

static bool a_signal_spares_the_next_of_a_childs_pid(void)
{
    start_child(false);
    return signal_spares_next();
}

/* The end of a program ends its daemons. */
static bool the_end_spares_the_next_of_a_daemons_pid(void)
{
    start_child(true);
    return !is_followed() ||
           (is_thought_alive() && tl_main_end() == TL_OK && next_goes_on());
}

/* ---- ends that come right after a look ---- */

static pid_t ends_after_look;
static bool may_choose;

bool really_happened(struct tl_task *task) __asm__("__real_tl_life_has_ended");
bool death_happened(struct tl_task *task) __asm__("__wrap_tl_life_has_ended");
bool death_happened(struct tl_task *task)
{
    bool dead = really_happened(task);
    pid_t pid = tl_task_pid(task);
    if (!dead && pid && pid == ends_after_look) {
        ends_after_look = 0;
        end_unheard(pid);
        may_choose = follow(pid);
    }
    return dead;
}

static bool a_signal_spares_who_follows_at_once(void)
{
    start_orphan();
    ends_after_look = pid_of();
    int status = tl_process_signal(&process, SIGKILL);
    return !may_choose || (status == TL_ENDED && next_goes_on());
}

static bool the_last_signal_spares_who_follows_at_once(void)
{
    start_orphan();
    ends_after_look = pid_of();
    tl_family_end();
    return !may_choose || next_goes_on();
}

/* ---- running ---- */

static const struct test tests[] = {
    {"a join does not wait for the kernel", a_join_does_not_wait_for_the_kernel,
     0},
    {"a signal spares the next of the pid", a_signal_spares_the_next_of_the_pid,
     0},
    {"a signal spares the next of a child's pid",
     a_signal_spares_the_next_of_a_childs_pid, 0},
    {"the end spares the next of a daemon's pid",
     the_end_spares_the_next_of_a_daemons_pid, 0},
    {"a signal spares who follows at once", a_signal_spares_who_follows_at_once,
     0},
    {"the last signal spares who follows at once",
     the_last_signal_spares_who_follows_at_once, 0},
};

int main(int count, char **arguments)
{
    flags = family_share(sizeof *flags);
    return family_main((struct family){.tests = tests,
                                       .count = sizeof tests / sizeof *tests,
                                       .limit = 60,
                                       .shared = flags,
                                       .shared_size = sizeof *flags},
                       count, arguments);
}
