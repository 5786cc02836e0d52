#include "simulate/deaths.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "simulate/ending.h"
#include "simulate/players.h"
#include "simulate/record.h"
#include "tasks/life.h"

/* How often one looks, and what lies between two looks, before a process that
 * has not ended has caught its signal: some seconds.  Looks are counted, and
 * not time, which passes also while the whole machine stands still. */
#define PATIENCE 20000
#define BETWEEN (50 * TL_MICROSECOND)

/* One of the masks of signals in /proc/PID/status, such as "SigCgt"; 0 where it
 * cannot be read. */
static uint64_t mask_of(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    return line ? strtoull(line + strlen(name) + 1, NULL, 16) : 0;
}

enum effect { ENDS, HANDLED, IGNORED, STOPS, CONTINUES };

static enum effect by_default(int signal)
{
    switch (signal) {
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
        return IGNORED;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return STOPS;
    case SIGCONT:
        return CONTINUES;
    default:
        return ENDS;
    }
}

static enum effect effect_of(pid_t pid, int signal)
{
    char path[32], status[4096];
    if (signal == SIGKILL || signal == SIGSTOP || signal == SIGCONT)
        return by_default(signal);
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (!tl_procfs_text(path, status, sizeof status))
        return by_default(signal);
    uint64_t bit = UINT64_C(1) << (signal - 1);
    if (mask_of(status, "SigCgt") & bit)
        return HANDLED;
    return mask_of(status, "SigIgn") & bit ? IGNORED : by_default(signal);
}

static bool is_of(const struct tl_player *player, pid_t pid)
{
    return player->state != TL_PLAYER_ABSENT && player->pid == pid;
}

static void condemn(pid_t pid, int signal)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        struct tl_player *player = tl_players_at(n);
        if (is_of(player, pid) && player->fatal != SIGKILL)
            player->fatal = signal;
    }
}

static void stop(pid_t pid, bool stopped)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (tl_players_at(n)->pid == pid)
            tl_players_at(n)->stopped = stopped;
}

/* The process's first task answers. */
static void leave_to(pid_t pid, int signal)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        struct tl_player *player = tl_players_at(n);
        if (player->state != TL_PLAYER_ABSENT && player->tid == pid)
            player->signals |= UINT64_C(1) << (signal - 1);
    }
}

static bool is_played(pid_t pid)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (is_of(tl_players_at(n), pid))
            return true;
    return false;
}

static bool goes_on(pid_t pid)
{
    struct tl_procfs stat;
    return tl_procfs_read(pid, &stat) && !strchr("TtZX", stat.state);
}

/* The kernel ignores some of these signals where no shell waits. */
static void await_stop(pid_t pid)
{
    for (int looks = 0; looks < PATIENCE && goes_on(pid); looks++)
        tl_clock_pause(BETWEEN);
    if (goes_on(pid))
        stop(pid, false);
}

/* This process stops itself once it has given the turn away. */
static bool be_stopped(pid_t pid, int signal)
{
    stop(pid, true);
    if (pid == getpid())
        return true;
    kill(pid, signal);
    await_stop(pid);
    return true;
}

bool tl_deaths_signal(pid_t pid, int signal)
{
    if (signal < 1 || signal > 64 || !is_played(pid))
        return false;
    switch (effect_of(pid, signal)) {
    case ENDS:
        condemn(pid, signal);
        return true;
    case HANDLED:
        leave_to(pid, signal);
        return true;
    case IGNORED:
        return true;
    case STOPS:
        return be_stopped(pid, signal);
    case CONTINUES:
        stop(pid, false);
        return false;
    }
    return false;
}

/* In an exploration, of a child of this process, which is about to end: the
 * kernel tells of that, which costs less than to look.  The explorer ends
 * whoever waits too long. */
static bool await_child(pid_t pid)
{
    siginfo_t info;
    return tl_explored() &&
           waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0;
}

static bool await_gone(pid_t id)
{
    for (int looks = 0; !tl_procfs_gone(id); looks++) {
        if (looks == PATIENCE)
            return false;
        tl_clock_pause(BETWEEN);
    }
    return true;
}

/* The first task of a process is a zombie before its other threads are gone. */
static bool await_process(pid_t pid)
{
    bool gone = await_gone(pid);
    for (uint32_t n = 1; gone && n <= tl_players->highest; n++)
        if (is_of(tl_players_at(n), pid))
            gone = await_gone(tl_players_at(n)->tid);
    return gone;
}

/* Whether the kernel has ended it: what nobody can catch ends it, however long
 * that takes. */
static bool end(pid_t pid, int signal)
{
    bool gone;
    kill(pid, signal);
    kill(pid, SIGCONT); /* one that is stopped must hear of it */
    do
        gone = await_process(pid);
    while (!gone && signal == SIGKILL);
    return gone;
}

static void strike_out(uint32_t number)
{
    tl_record_death(number);
    tl_players_at(number)->state = TL_PLAYER_ABSENT;
    tl_players_at(number)->fatal = 0;
    tl_players_at(number)->killed = false;
    atomic_store(&tl_players_at(number)->arrived, 0);
}

/* Whether the kernel kills the process of this task, a daemon, since that of
 * its parent is no more. */
static bool dies_with(uint32_t number, pid_t pid)
{
    const struct tl_task *task = tl_task_at(number);
    const struct tl_task *parent = tl_task_of(task->parent);
    return tl_players_at(number)->state != TL_PLAYER_ABSENT && task->daemon &&
           task->parent && tl_task_id(parent) == task->parent &&
           tl_players_at(number)->pid != pid &&
           tl_players_at(tl_task_number(parent))->pid == pid;
}

bool tl_deaths_reaches(uint32_t number, pid_t pid)
{
    unsigned here = tl_arena;
    pid_t its = tl_players_at(number)->pid;
    bool reaches = its == pid;
    tl_task_visit(TL_HOME);
    for (uint32_t n = 1; !reaches && n <= tl_players->highest; n++)
        reaches = is_of(tl_players_at(n), its) && dies_with(n, pid);
    tl_task_visit(here);
    return reaches;
}

static void strike_out_process(pid_t pid, int signal)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (is_of(tl_players_at(n), pid)) {
            strike_out(n);
            tl_players_at(n)->ended_by = signal;
        }
}

/* The kernel ends a daemon with its parent. */
static bool await_daemon(pid_t pid)
{
    return await_process(pid) || end(pid, SIGKILL);
}

/* Its daemons have no children. */
static void forget(pid_t pid, int signal)
{
    unsigned here = tl_arena;
    tl_task_visit(TL_HOME);
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (dies_with(n, pid) && await_daemon(tl_players_at(n)->pid))
            strike_out_process(tl_players_at(n)->pid, SIGKILL);
    strike_out_process(pid, signal);
    tl_task_visit(here);
    tl_life_sweep_all();
}

int tl_deaths_ended_by(pid_t pid)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (tl_players_at(n)->pid == pid && tl_players_at(n)->ended_by)
            return tl_players_at(n)->ended_by;
    return 0;
}

static void acquit(pid_t pid)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (tl_players_at(n)->pid == pid) {
            tl_players_at(n)->fatal = 0;
            tl_players_at(n)->killed = false;
        }
}

void tl_deaths_kill(uint32_t number)
{
    condemn(tl_players_at(number)->pid, SIGKILL);
    tl_players_at(number)->killed = true;
}

void tl_deaths_execute(uint32_t number)
{
    pid_t pid = tl_players_at(number)->pid;
    int signal = tl_players_at(number)->fatal;
    bool ended = end(pid, signal);
    /* In an exploration the one that was to die does so first: as a plan names
     * it, while the others follow. */
    if (ended && tl_explored()) {
        strike_out(number);
        tl_players_at(number)->ended_by = signal;
    }
    if (ended)
        forget(pid, signal);
    else
        acquit(pid);
}

/* In an exploration: a signal that no task has sent is the script's failure. */
static void tell_crash(uint32_t number)
{
    struct tl_procfs stat;
    const struct tl_player *player = tl_players_at(number);
    unsigned here = tl_arena;
    char text[TL_NAME_SIZE + 100];
    if (!tl_explored() || !tl_procfs_read(player->pid, &stat) ||
        !WIFSIGNALED(stat.exit_status))
        return;
    int signal = WTERMSIG(stat.exit_status);
    tl_task_visit(TL_HOME);
    snprintf(text, sizeof text, "\"%s\" was ended by signal %d (%s)",
             tl_task_at(number)->name, signal, strsignal(signal));
    tl_task_visit(here);
    tl_ending_of(number, TL_ENDING_CRASH, signal, text);
}

/* The process of that player ended without being told to: it was killed from
 * outside.  The caller has taken the turn. */
static void settle_killed(uint32_t number)
{
    pid_t pid = tl_players_at(number)->pid;
    if (tl_procfs_gone(pid) && await_process(pid)) {
        tell_crash(number);
        forget(pid, 0);
        return;
    }
    strike_out(number); /* a thread alone */
    tl_life_sweep_all();
}

/* By its life word, which costs no system call, and then by the kernel: one
 * that gives the turn away for ever has no life any more. */
bool tl_deaths_is_dead(uint32_t number)
{
    unsigned here = tl_arena;
    tl_task_visit(TL_HOME);
    struct tl_task *task = tl_task_at(number);
    bool may_be =
        tl_task_state(task) != TL_TASK_RUNNING || tl_life_has_ended(task);
    tl_task_visit(here);
    return may_be && tl_procfs_gone(tl_players_at(number)->tid);
}

void tl_deaths_look_around(void)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        struct tl_player *player = tl_players_at(n);
        if (player->state == TL_PLAYER_ABSENT || n == tl_players_me)
            continue;
        if (tl_deaths_is_dead(n))
            settle_killed(n);
        else if (player->stopped && goes_on(player->pid))
            player->stopped = false;
    }
}

/* What the kernel still does for it would change what others find: where a
 * thread's memory goes, whether the process can be reaped.  Its daemon threads
 * end with the process. */
static void await_leaver(void)
{
    pid_t pid = tl_players->leaver_pid, tid = tl_players->leaver_tid;
    if (tl_players->stopper)
        await_stop(tl_players->stopper);
    tl_players->leaver_tid = tl_players->stopper = 0;
    if (tid && ((tid == pid && await_child(pid)) || await_gone(tid)) &&
        tid == pid && is_played(pid) && await_process(pid))
        forget(pid, 0);
}

void tl_deaths_settle(void)
{
    uint32_t found = tl_players->found;
    tl_players->found = 0;
    if (found)
        settle_killed(found);
    await_leaver();
}

bool tl_deaths_answer(uint32_t number)
{
    uint64_t signals = tl_players_at(number)->signals;
    tl_players_at(number)->signals = 0;
    for (int signal = 1; signal <= 64; signal++)
        if (signals >> (signal - 1) & 1)
            syscall(SYS_tgkill, getpid(), gettid(), signal);
    return signals != 0;
}
