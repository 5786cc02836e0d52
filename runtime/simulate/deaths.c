#include "simulate/deaths.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "simulate/players.h"
#include "simulate/record.h"
#include "tasks/life.h"

/* A process that has not ended of its signal by then has caught it meanwhile.
 */
#define DEATH_LONGEST (2 * TL_SECOND)

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

static void condemn(pid_t pid, int signal)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        struct tl_player *player = tl_players_at(n);
        if (player->state != TL_PLAYER_ABSENT && player->pid == pid &&
            player->fatal != SIGKILL)
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
        if (tl_players_at(n)->state != TL_PLAYER_ABSENT &&
            tl_players_at(n)->pid == pid)
            return true;
    return false;
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
        stop(pid, true);
        return false;
    case CONTINUES:
        stop(pid, false);
        return false;
    }
    return false;
}

/* Whether the kernel has ended it. */
static bool await_end(pid_t pid)
{
    int64_t limit = tl_clock_real() + DEATH_LONGEST;
    while (!tl_procfs_gone(pid)) {
        if (tl_clock_real() > limit)
            return false;
        tl_clock_pause(50 * TL_MICROSECOND);
    }
    return true;
}

static bool end(pid_t pid, int signal)
{
    kill(pid, signal);
    kill(pid, SIGCONT); /* one that is stopped must hear of it */
    return await_end(pid);
}

static void strike_out(uint32_t number)
{
    tl_record_death(number);
    tl_players_at(number)->state = TL_PLAYER_ABSENT;
    tl_players_at(number)->fatal = 0;
}

static void strike_out_process(pid_t pid)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (tl_players_at(n)->state != TL_PLAYER_ABSENT &&
            tl_players_at(n)->pid == pid)
            strike_out(n);
}

/* One that the kernel ends since its parent has ended, or NULL. */
static struct tl_player *doomed(void)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        struct tl_player *player = tl_players_at(n);
        if (player->state != TL_PLAYER_ABSENT && player->master &&
            !is_played(player->master))
            return player;
    }
    return NULL;
}

/* All are struck out before the sweep, which takes their names; and those that
 * die with the process in the same step, at whatever moment the kernel is done
 * with them. */
static void forget(pid_t pid)
{
    struct tl_player *daemon;
    strike_out_process(pid);
    while ((daemon = doomed())) {
        daemon->master = 0;
        if (await_end(daemon->pid))
            strike_out_process(daemon->pid);
    }
    tl_life_sweep_all();
}

static void acquit(pid_t pid)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (tl_players_at(n)->pid == pid)
            tl_players_at(n)->fatal = 0;
}

void tl_deaths_execute(uint32_t number)
{
    pid_t pid = tl_players_at(number)->pid;
    if (end(pid, tl_players_at(number)->fatal))
        forget(pid);
    else
        acquit(pid);
}

void tl_deaths_found(uint32_t number)
{
    pid_t pid = tl_players_at(number)->pid;
    if (!tl_procfs_gone(pid))
        strike_out(number); /* a thread alone */
    forget(tl_procfs_gone(pid) ? pid : 0);
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
