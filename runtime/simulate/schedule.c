#include "simulate/schedule.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "park/poll.h"
#include "simulate/chooser.h"
#include "simulate/deaths.h"
#include "simulate/outside.h"
#include "simulate/players.h"
#include "simulate/record.h"

/* How far the clock moves where there is no deadline, at first and at most. */
#define MOVES TL_MILLISECOND
#define MOVES_MOST TL_SECOND

/* How long one looks outside at once, in real time; and how often somebody
 * looks though others can run.  Then one also looks who was killed from
 * outside: those who wait might wake each other for ever over a dead one. */
#define LOOK_LONGEST (10 * TL_MILLISECOND)
#define LOOK_EACH 64

static bool is_due(const struct tl_player *player)
{
    return player->until <= atomic_load(&tl_players->now);
}

static bool can_run(const struct tl_player *player)
{
    if (player->state == TL_PLAYER_ABSENT)
        return false;
    if (player->fatal)
        return !player->stopped || player->fatal == SIGKILL;
    return !player->stopped &&
           (player->state != TL_PLAYER_SLEEPS || atomic_load(&player->called) ||
            player->signals || is_due(player));
}

static bool sleeps(const struct tl_player *player)
{
    return player->state == TL_PLAYER_SLEEPS && !player->stopped;
}

static bool is_woken(const struct tl_player *player)
{
    return sleeps(player) && !player->fatal && atomic_load(&player->called);
}

/* Whether those alone that were woken may go on: nobody overtakes them. */
static bool woken_come_first(void)
{
    const struct tl_exploration *exploration = tl_explored();
    bool found = false;
    for (uint32_t n = 1;
         exploration && exploration->plan.fair && n <= tl_players->highest; n++)
        found |= is_woken(tl_players_at(n));
    return found;
}

/* Lists those that can run; how many. */
static uint32_t gather(void)
{
    uint32_t *list = tl_players->list, count = 0;
    uint64_t first = 0;
    bool woken = woken_come_first();
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        if (woken ? !is_woken(tl_players_at(n)) : !can_run(tl_players_at(n)))
            continue;
        list[count++] = n;
        if (n <= 64)
            first |= UINT64_C(1) << (n - 1);
    }
    tl_players->could_run = first;
    tl_players->runnable = count;
    return count;
}

static uint32_t draw(uint32_t count)
{
    return tl_players->list[count > 1 ? tl_players_random(count) : 0];
}

/* The nearest that is still to come: one that is over, but whose task has not
 * had its turn, moves no clock. */
static tl_deadline nearest(void)
{
    tl_deadline found = TL_FOREVER;
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (sleeps(tl_players_at(n)) && !is_due(tl_players_at(n)))
            found = tl_clock_earlier(found, tl_players_at(n)->until);
    return found;
}

/* The same of what ends by itself: nobody may wait for that, but who looks at
 * it late finds it gone. */
static tl_deadline first_expiry(void)
{
    int64_t now = atomic_load(&tl_players->now);
    tl_deadline found = TL_FOREVER;
    for (uint32_t i = 0; i < TL_PLAYERS_EXPIRIES; i++)
        if (tl_players->expiries[i] > now)
            found = tl_clock_earlier(found, tl_players->expiries[i]);
    return found;
}

void tl_schedule_expires(int64_t moment)
{
    uint32_t at = tl_players->expiring++ % TL_PLAYERS_EXPIRIES;
    tl_players->expiries[at] = moment;
}

static void jump(tl_deadline moment)
{
    if (moment > atomic_load(&tl_players->now))
        atomic_store(&tl_players->now, moment);
    tl_players->vain = tl_players->work = 0;
    tl_players->outside = 0;
}

void tl_schedule_pass_time(void)
{
    tl_deadline next = nearest();
    if (next == TL_FOREVER) {
        next = atomic_load(&tl_players->now) + tl_players->moves;
        if (tl_players->moves < MOVES_MOST)
            tl_players->moves *= 2;
    }
    jump(next);
}

/* The next player after the last that looked outside, or 0. */
static uint32_t watcher(bool paces)
{
    uint32_t highest = tl_players->highest;
    for (uint32_t i = 1; i <= highest; i++) {
        uint32_t n = (tl_players->watched + i - 1) % highest + 1;
        const struct tl_player *player = tl_players_at(n);
        if (sleeps(player) && (paces ? player->paces : player->watches))
            return tl_players->watched = n;
    }
    return 0;
}

bool tl_schedule_look(struct pollfd *polled, unsigned count)
{
    tl_deadline next = nearest();
    int64_t now = atomic_load(&tl_players->now), left = LOOK_LONGEST;
    if (tl_players->runnable > 0) {
        left = 0;
    } else if (next != TL_FOREVER) {
        int64_t real = tl_clock_real();
        if (!tl_players->outside)
            tl_players->outside = real;
        left = next - now - (real - tl_players->outside);
        if (left <= 0) {
            jump(next);
            return false;
        }
    }
    left = left < LOOK_LONGEST ? left : LOOK_LONGEST;
    return tl_poll_sleep(polled, count, now + left, NULL) != 0;
}

/* The main task, if it sleeps; else the first that does. */
static uint32_t witness(void)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (sleeps(tl_players_at(n)))
            return n;
    return 0;
}

/* Who is to look whether all are stuck; 0: somebody has, and nothing has come
 * since, or all that sleep are stopped. */
static uint32_t last_to_look(void)
{
    uint32_t n = witness();
    if (n == 0 || tl_players->looked == atomic_load(&tl_players->step))
        return 0;
    tl_players_at(n)->alone = true;
    /* the step of that look */
    tl_players->looked = atomic_load(&tl_players->step) + 1;
    return n;
}

static uint32_t look_outside(bool paces)
{
    uint32_t n = watcher(paces);
    if (n)
        tl_players_at(n)->looks = true;
    return n;
}

/* As the plan of an exploration says; 0: the clock has moved, or one is to die
 * that could not run, so that it is not the same choice any more. */
static uint32_t decide(uint32_t count)
{
    tl_deadline next = tl_clock_earlier(nearest(), first_expiry());
    struct tl_choice choice = tl_chooser_choose(count, next != TL_FOREVER);
    if (choice.what == TL_CHOICE_CLOCK) {
        jump(next);
        tl_record_clock();
        return 0;
    }
    if (choice.what == TL_CHOICE_KILL)
        tl_deaths_kill(choice.player);
    return choice.player;
}

/* One of those that can run, or one that looks outside; 0: see decide(). */
static uint32_t one_of(uint32_t count, bool looks)
{
    uint32_t n = tl_explored() ? 0 : draw(count);
    if (looks && look_outside(false))
        return tl_players->watched;
    if (!n)
        n = decide(count);
    tl_players->outside = 0;
    if (count > 1)
        tl_players->moves = MOVES;
    return n;
}

/* While none can run: one that looks outside, or whether all are stuck; 0: the
 * time has come for somebody, or something has come. */
static uint32_t one_that_sleeps(void)
{
    uint32_t n = look_outside(true);
    if (n)
        return n;
    tl_deadline next = nearest();
    if (next != TL_FOREVER) {
        jump(next);
        return 0;
    }
    if ((n = look_outside(false)) || (n = last_to_look()))
        return n;
    tl_outside_nobody_runs();
    tl_deaths_look_around();
    return 0;
}

static uint32_t candidate(void)
{
    for (;;) {
        bool looks = ++tl_players->choices % LOOK_EACH == 0;
        if (looks)
            tl_deaths_look_around();
        uint32_t count = gather();
        uint32_t n = count ? one_of(count, looks) : one_that_sleeps();
        if (n)
            return n;
    }
}

uint32_t tl_schedule_choose(void)
{
    for (;;) {
        uint32_t n = tl_players->condemned;
        tl_players->condemned = 0;
        tl_chooser_forget();
        if (!n || tl_players_at(n)->state == TL_PLAYER_ABSENT)
            n = candidate();
        if (!n || !tl_players_at(n)->fatal)
            return n;
        if (tl_deaths_reaches(tl_players_me, tl_players_at(n)->pid)) {
            tl_players->condemned = n;
            return TL_SCHEDULE_SELF_DIES;
        }
        tl_deaths_execute(n);
    }
}

uint32_t tl_schedule_deputy(uint32_t besides, pid_t without)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        const struct tl_player *player = tl_players_at(n);
        if (n != besides && player->state != TL_PLAYER_ABSENT &&
            !player->fatal && !player->stopped &&
            !tl_deaths_reaches(n, without))
            return n;
    }
    return 0;
}
