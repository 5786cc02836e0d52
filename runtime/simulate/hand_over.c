#include "simulate/hand_over.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "park/park.h"
#include "explore/account.h"
#include "simulate/chooser.h"
#include "simulate/deaths.h"
#include "explore/lock_graph.h"
#include "simulate/lock_order.h"
#include "simulate/outside.h"
#include "simulate/schedule.h"

/* How long one sleeps before it looks at who has the turn, in real time: the
 * first tasks so long, the others the longer, as one that looks is enough. */
#define BEAT (20 * TL_MILLISECOND)
#define BEAT_MORE TL_MILLISECOND

/* The word when the player gets the turn: each time another one, so that who
 * takes it from a dead task does not take it from the next in the same slot. */
static uint32_t turn_of(uint32_t number, uint32_t before)
{
    return ((before | TL_NUMBER_MASK) + 1) | number;
}

static void give(uint32_t number)
{
    struct tl_player *player = tl_players_at(number);
    uint32_t before = atomic_load(&tl_players->turn);
    /* seq_cst: all that this task did is before it, and the other looks at it
     * after it has read `handed` */
    atomic_store(&tl_players->turn, turn_of(number, before));
    atomic_fetch_add(&player->handed, 1);
    tl_park_wake_word(&player->handed, 1);
}

/* Takes the turn from a task that is no more; true: this one is to choose then.
 * That is the same one each time, whichever looks first. */
static bool take_from_dead(void)
{
    uint32_t turn = atomic_load(&tl_players->turn);
    uint32_t holder = turn & TL_NUMBER_MASK;
    if (!tl_deaths_is_dead(holder) ||
        !atomic_compare_exchange_strong(&tl_players->turn, &turn,
                                        turn_of(tl_players_me, turn)))
        return false;
    tl_players->found = holder;
    tl_players->decide = true;
    uint32_t deputy = tl_schedule_deputy(holder, tl_players_at(holder)->pid);
    if (!deputy || deputy == tl_players_me || tl_deaths_is_dead(deputy))
        return true;
    give(deputy);
    return false;
}

static void await_turn(void)
{
    struct tl_player *player = tl_players_at(tl_players_me);
    int64_t since = 0;
    for (;;) {
        uint32_t seen = atomic_load(&player->handed);
        uint32_t holder = atomic_load(&tl_players->turn) & TL_NUMBER_MASK;
        if (holder == tl_players_me)
            return;
        if (tl_park_wait_word(&player->handed, seen,
                              BEAT + tl_players_me * BEAT_MORE))
            continue;
        if (take_from_dead())
            return;
        tl_outside_stands_still(holder, &since);
    }
}

/* This process is to be ended, by another; unless there is none. */
static void be_ended(void)
{
    pid_t pid = tl_players_at(tl_players->condemned)->pid;
    uint32_t deputy = tl_schedule_deputy(tl_players_me, pid);
    if (!deputy) {
        tl_deaths_execute(tl_players->condemned);
        tl_players->condemned = 0;
        return;
    }
    tl_players->decide = true;
    give(deputy);
    await_turn();
}

void tl_hand_over(void)
{
    do {
        tl_players->decide = false;
        tl_deaths_settle();
        uint32_t next = tl_schedule_choose();
        if (next == TL_SCHEDULE_SELF_DIES) {
            be_ended();
        } else if (next != tl_players_me) {
            give(next);
            await_turn();
        }
    } while (tl_players->decide);
}

void tl_hand_over_to_end(void)
{
    tl_players->condemned = tl_players_me;
    while (tl_players->condemned == tl_players_me)
        be_ended();
    while (tl_players->decide)
        tl_hand_over();
}

void tl_hand_over_to_stop(int signal)
{
    uint32_t deputy = tl_schedule_deputy(tl_players_me, getpid());
    if (deputy) {
        tl_players->stopper = getpid();
        tl_players->decide = true;
        give(deputy);
    }
    kill(getpid(), signal);
    if (deputy)
        await_turn();
    else
        tl_deaths_signal(getpid(), SIGCONT);
    while (tl_players->decide)
        tl_hand_over();
}

void tl_hand_over_for_ever(void)
{
    struct tl_player *player = tl_players_at(tl_players_me);
    bool is_process = player->tid == player->pid;
    uint32_t deputy =
        tl_schedule_deputy(tl_players_me, is_process ? player->pid : 0);
    tl_players->leaver_pid = player->pid;
    tl_players->leaver_tid = player->tid;
    player->state = TL_PLAYER_ABSENT;
    player->fatal = 0;
    tl_players_me = 0;
    tl_lock_order_end();
    /* the main task writes the steps at its end, where it lives until then */
    if (tl_players_at(1)->state == TL_PLAYER_ABSENT)
        tl_steps_flush(&tl_players->steps);
    if (!deputy)
        return;
    tl_players->decide = true;
    give(deputy);
}

/* ---- a new task ---- */

/* Its maker has the turn meanwhile. */
static void enter(uint32_t number, pid_t pid, pid_t tid)
{
    struct tl_player *player = tl_players_at(number);
    uint32_t turn = atomic_load(&tl_players->turn) & TL_NUMBER_MASK;
    struct tl_player *maker = tl_players_at(turn);
    player->key = tl_explore_key(maker->key, ++maker->children);
    player->children = player->made = 0;
    player->progress = (struct tl_progress_task){0};
    player->index = tl_account_task(player->key, maker->index, maker->children,
                                    number, tl_task_at(number)->name);
    player->pid = pid;
    player->tid = tid;
    player->until = TL_FOREVER;
    player->signals = 0;
    player->fatal = player->ended_by = 0;
    player->stopped = player->looks = player->alone = false;
    player->watches = player->paces = player->killed = false;
    player->state = TL_PLAYER_READY;
    if (number > tl_players->highest)
        tl_players->highest = number;
    tl_chooser_born(number);
    tl_lock_graph_start(number, turn);
    if (pid == tid)
        tl_players_name(pid);
}

void tl_hand_over_started(uint32_t child, pid_t pid)
{
    struct tl_player *player = tl_players_at(child);
    /* until it has entered, so that nothing changes behind the back of whoever
     * has the turn; one that died on the way is found dead at its turn */
    while (!atomic_load(&player->arrived)) {
        if (!tl_park_wait_word(&player->arrived, 0, BEAT) && pid &&
            tl_procfs_gone(pid))
            break;
    }
    if (!atomic_exchange(&player->arrived, 0))
        enter(child, pid, pid);
}

/* It enters by itself, while its starter, which has the turn, waits for that:
 * so it is a player also where that one is killed meanwhile. */
void tl_hand_over_arrived(void)
{
    tl_players_me = tl_task_id_in(TL_HOME) & TL_NUMBER_MASK;
    struct tl_player *player = tl_players_at(tl_players_me);
    enter(tl_players_me, getpid(), gettid());
    atomic_store(&player->arrived, 1);
    tl_park_wake_word(&player->arrived, 1);
    await_turn();
    atomic_store(&player->arrived, 0); /* its starter may have died */
    while (tl_players->decide)
        tl_hand_over();
}

void tl_hand_over_begin(void)
{
    tl_players_me = tl_task_id_in(TL_HOME) & TL_NUMBER_MASK;
    struct tl_player *player = tl_players_at(tl_players_me);
    tl_players_name(getpid());
    player->pid = player->tid = getpid();
    player->key = TL_EXPLORE_MAIN;
    player->index =
        tl_account_task(player->key, 0, 0, tl_players_me, tl_self->name);
    player->until = TL_FOREVER;
    player->state = TL_PLAYER_RUNS;
    tl_players->highest = tl_players_me;
    tl_chooser_begin();
    tl_chooser_born(tl_players_me);
    tl_lock_graph_start(tl_players_me, 0);
    atomic_store(&tl_players->turn, tl_players_me);
}
