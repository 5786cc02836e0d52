#include "simulate/players.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

struct tl_players *tl_players;
_Thread_local uint32_t tl_players_me;

int tl_players_make(uint64_t seed)
{
    tl_players = tl_arena_carve(TL_REGION_PLAYERS, sizeof *tl_players);
    if (!tl_players)
        return TL_NO_MEMORY;
    tl_players->seed = tl_players->random = seed;
    atomic_store(&tl_players->now, TL_PLAYERS_START);
    tl_players->moves = TL_MILLISECOND;
    return TL_OK;
}

void tl_players_name(pid_t pid)
{
    tl_players->pids[++tl_players->processes % TL_PLAYERS_PIDS] = pid;
}

/* The latest of that pid: the kernel may have given it away again. */
uint32_t tl_players_number(pid_t pid)
{
    uint32_t last = tl_players->processes, n = last;
    while (n > 0 && last - n < TL_PLAYERS_PIDS) {
        if (tl_players->pids[n % TL_PLAYERS_PIDS] == pid)
            return n;
        n--;
    }
    return 0;
}

/* One that is not of this program keeps its own. */
pid_t tl_players_pid(pid_t pid)
{
    uint32_t number = tl_players_number(pid);
    return number ? (pid_t)number : pid;
}

struct tl_player *tl_players_of(const struct tl_task *task)
{
    uint32_t number = task->home;
    if (number == 0 || number > tl_players->highest)
        return NULL;
    struct tl_player *player = tl_players_at(number);
    return player->tid == atomic_load(&task->tid) ? player : NULL;
}

bool tl_players_tell(const char *what)
{
    size_t size = sizeof tl_players->told[0];
    for (uint32_t i = 0; i < tl_players->told_count; i++)
        if (strncmp(tl_players->told[i], what, size - 1) == 0)
            return false;
    if (tl_players->told_count == TL_PLAYERS_TOLD)
        return false;
    snprintf(tl_players->told[tl_players->told_count++], size, "%s", what);
    return true;
}

/* Steele, Lea, Flood 2014. */
static uint64_t next(void)
{
    uint64_t z = tl_players->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t tl_players_random(uint32_t limit)
{
    /* the upper half times the limit: the bias is below 2^-20, as there are at
     * most 4,094 tasks */
    return (uint32_t)((next() >> 32) * limit >> 32);
}
