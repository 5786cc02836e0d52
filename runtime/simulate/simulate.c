/*
 * Simulate: the world of turns (base/world), and what a program calls of it.
 */
#include "simulate/simulate.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/world.h"
#include "park/due.h"
#include "explore/account.h"
#include "simulate/chooser.h"
#include "simulate/deaths.h"
#include "simulate/hand_over.h"
#include "simulate/livelock.h"
#include "explore/lock_graph.h"
#include "simulate/lock_order.h"
#include "simulate/outside.h"
#include "simulate/patience.h"
#include "simulate/pick.h"
#include "simulate/players.h"
#include "simulate/record.h"
#include "simulate/schedule.h"
#include "simulate/stop.h"
#include "store/handle.h"

#define CPUS 4 /* the same on every machine, since the default of pools is */

static uint64_t wanted_seed;
static int steps_to = -1;
static const char *script;

static const struct tl_world looking;

/* ---- the world ---- */

static int64_t now(void)
{
    /* also before there is a program */
    return tl_players ? atomic_load(&tl_players->now) : TL_PLAYERS_START;
}

static int64_t asked(void)
{
    if (tl_players_self())
        tl_patience_asked();
    return now();
}

static void in_vain(void)
{
    tl_patience_in_vain();
    /* who has compared goes on by what it has seen, as after a look */
    if (atomic_load(&tl_self->intent.operation) != TL_OP_VALUE_COMPARE_SET)
        tl_chooser_in_vain();
    tl_livelock_in_vain();
}

/* What an operation begins that is outside; NULL: nothing. */
static const char *outside_of(uint32_t operation)
{
    switch (operation) {
    case TL_OP_COMMAND_START:
        return "ipc.command";
    case TL_OP_CONNECTION_OPEN:
        return "ipc.connect";
    case TL_OP_LISTENER_OPEN:
        return "ipc.listen";
    default:
        return NULL;
    }
}

/* Signals that came for it are handled before its next step; in an exploration,
 * where each turn is a step, as a part of it. */
static void point(void)
{
    struct tl_player *self = tl_players_self();
    unsigned here = tl_arena;
    if (!self)
        return; /* the main task, which is being made */
    uint32_t operation = atomic_load(&tl_self->intent.operation);
    tl_patience_operation(operation);
    tl_chooser_pends();
    tl_lock_order_point();
    do {
        self->state = TL_PLAYER_READY;
        tl_hand_over();
        self->state = TL_PLAYER_RUNS;
    } while (tl_deaths_answer(tl_players_me) && !tl_explored());
    tl_task_visit(here);
    tl_stop_before_step(&looking);
    tl_record_step(TL_EVENT_BEGINS);
    tl_lock_order_step();
    if (outside_of(operation))
        tl_outside_name(outside_of(operation));
}

/* Whether the player that has the turn now is awake. */
static bool is_awake(struct tl_player *self, struct pollfd *polled,
                     unsigned count, enum tl_world_end *end)
{
    bool looks = self->looks, alone = self->alone;
    /* first: a handler may call this task from here on */
    bool called = atomic_exchange(&self->called, 0);
    self->looks = self->alone = false;
    if (looks && tl_schedule_look(polled, count))
        *end = TL_WORLD_READY;
    else if (tl_deaths_answer(tl_players_me))
        *end = TL_WORLD_SIGNAL;
    /* a call from another program tells the park word alone */
    else if (called || looks)
        *end = TL_WORLD_CALLED;
    else if (alone || self->until <= atomic_load(&tl_players->now))
        *end = TL_WORLD_TIME_OVER;
    else
        return false;
    return true;
}

static enum tl_world_end sleep_until(int64_t until, struct pollfd *polled,
                                     unsigned count, bool outside)
{
    struct tl_player *self = tl_players_self();
    enum tl_world_end end;
    bool alone, looks;
    self->until = until;
    self->watches = outside;
    self->paces = outside && (count > 0 || tl_outside_is_at_work());
    self->state = TL_PLAYER_SLEEPS;
    tl_chooser_sleeps();
    do {
        tl_hand_over();
        alone = self->alone;
        looks = self->looks;
    } while (!is_awake(self, polled, count, &end));
    self->state = TL_PLAYER_RUNS;
    self->until = TL_FOREVER;
    tl_patience_woken();
    /* a look in vain is no step */
    if (looks && end == TL_WORLD_CALLED)
        return end;
    tl_stop_before_step(&looking);
    tl_record_step(end != TL_WORLD_TIME_OVER ? TL_EVENT_GOES_ON
                   : alone                   ? TL_EVENT_LAST
                                             : TL_EVENT_LATE);
    return end;
}

static bool wake(struct tl_task *task)
{
    struct tl_player *player = tl_players_of(task);
    if (!player)
        return false;
    atomic_store(&player->called, 1);
    return true;
}

static bool sleeps(const struct tl_task *task)
{
    const struct tl_player *player = tl_players_of(task);
    return player && player->state == TL_PLAYER_SLEEPS;
}

/* A task that ends itself has no next step. */
static bool send(pid_t pid, int signal)
{
    bool taken = tl_deaths_signal(pid, signal);
    if (taken && tl_players_self()->fatal)
        tl_hand_over_to_end();
    else if (taken && tl_players_self()->stopped)
        tl_hand_over_to_stop(signal);
    return taken;
}

static uint64_t seed(void)
{
    return wanted_seed;
}

static int cpus(void)
{
    return CPUS;
}

static void arrived(void)
{
    tl_hand_over_arrived();
    tl_players_self()->state = TL_PLAYER_RUNS;
    tl_record_step(TL_EVENT_STARTS);
}

/* The main task makes its own process before it has the turn. */
static void expires(int64_t moment)
{
    if (tl_players_self())
        tl_schedule_expires(moment);
}

static void made(const struct tl_object *object)
{
    if (!tl_explored() || !tl_players)
        return;
    struct tl_player *self = tl_players_at(tl_players_me ? tl_players_me : 1);
    tl_account_made(object, self->index,
                    self->key ? self->key : TL_EXPLORE_MAIN, &self->made);
}

static const struct tl_world world = {.start = TL_PLAYERS_START,
                                      .turns = true,
                                      .now = now,
                                      .asked = asked,
                                      .in_vain = in_vain,
                                      .point = point,
                                      .sleep = sleep_until,
                                      .wake = wake,
                                      .sleeps = sleeps,
                                      .started = tl_hand_over_started,
                                      .arrived = arrived,
                                      .left = tl_hand_over_for_ever,
                                      .made = made,
                                      .expires = expires,
                                      .whom = tl_pick_whom,
                                      .signal = send,
                                      .ended_by = tl_deaths_ended_by,
                                      .seed = seed,
                                      .cpus = cpus,
                                      .pid = tl_players_pid};

/* ---- while it is stopped ---- */

static void nothing(void)
{
}

/* Only looks are possible (wait/checkpoint), and they leave no trace. */
static const struct tl_world looking = {.start = TL_PLAYERS_START,
                                        .turns = true,
                                        .now = now,
                                        .asked = now,
                                        .in_vain = nothing,
                                        .point = nothing,
                                        .sleep = sleep_until,
                                        .wake = wake,
                                        .sleeps = sleeps,
                                        .started = tl_hand_over_started,
                                        .arrived = arrived,
                                        .left = tl_hand_over_for_ever,
                                        .signal = send,
                                        .ended_by = tl_deaths_ended_by,
                                        .seed = seed,
                                        .cpus = cpus,
                                        .pid = tl_players_pid};

/* ---- of the program ---- */

void tl_simulate_begin(uint64_t seed_, int steps, const char *script_)
{
    script = script_;
    wanted_seed = seed_;
    steps_to = steps;
    tl_world = &world;
}

static void flush_at_exit(void)
{
    tl_simulate_flush();
}

int tl_simulate_make(void)
{
    if (!tl_world)
        return TL_OK;
    if (tl_players_make(wanted_seed) < 0 || tl_lock_graph_make() < 0)
        return TL_NO_MEMORY;
    if (steps_to < 0)
        return TL_OK;
    tl_steps_begin(&tl_players->steps, steps_to, wanted_seed, script);
    /* the main task ends last */
    return atexit(flush_at_exit) == 0 ? TL_OK : TL_NO_MEMORY;
}

void tl_simulate_enter(void)
{
    if (!tl_world)
        return;
    tl_hand_over_begin();
    tl_record_step(TL_EVENT_STARTS);
}

bool tl_simulate_is_on(void)
{
    return tl_world == &world || tl_world == &looking;
}

int64_t tl_simulate_clock(void)
{
    return tl_simulate_is_on() && tl_players ? asked() - TL_PLAYERS_START : 0;
}

int tl_simulate_pid(int pid)
{
    return (int)tl_world_pid(pid);
}

int tl_simulate_parent(void)
{
    return tl_simulate_is_on() ? (int)tl_players_number(getppid()) : getppid();
}

static enum tl_operation operation_of(enum tl_file_use use)
{
    static const enum tl_operation operations[] = {
        [TL_FILE_OPEN] = TL_OP_FILE_OPEN,
        [TL_FILE_READ] = TL_OP_FILE_READ,
        [TL_FILE_WRITE] = TL_OP_FILE_WRITE,
        [TL_FILE_SEEK] = TL_OP_FILE_SEEK,
        [TL_FILE_FLUSH] = TL_OP_FILE_FLUSH,
        [TL_FILE_CLOSE] = TL_OP_FILE_CLOSE,
        [TL_FILE_REMOVE] = TL_OP_FILE_REMOVE,
        [TL_FILE_RENAME] = TL_OP_FILE_RENAME};
    return operations[use];
}

int tl_simulate_file(enum tl_file_use use, uint64_t identity, const char *name)
{
    if (!tl_world || !tl_task_id_in(TL_HOME))
        return TL_OK;
    tl_task_visit(TL_HOME);
    if (tl_explored())
        identity = tl_account_path(name, tl_players_at(tl_players_me)->index);
    tl_record_file(name);
    int status = tl_checkpoint_at(operation_of(use), NULL, identity);
    tl_record_file(NULL);
    return status;
}

void tl_simulate_file_failed(void)
{
    if (tl_world && tl_players_self())
        tl_world->in_vain();
}

void tl_simulate_by_hand(void)
{
    if (tl_players && tl_simulate_is_on())
        atomic_store(&tl_players->told_still, true);
}

int tl_simulate_flush(void)
{
    return tl_players && tl_simulate_is_on()
               ? tl_steps_flush(&tl_players->steps)
               : TL_OK;
}

int64_t tl_simulate_seed(void)
{
    return tl_simulate_is_on() ? (int64_t)wanted_seed : -1;
}

void tl_simulate_outside(const char *what)
{
    if (tl_simulate_is_on() && tl_players)
        tl_outside_name(what);
}
