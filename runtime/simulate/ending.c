/*
 * Ending: how a program that is explored ends its schedule.
 *
 * The task that ends it has the turn, and never gives it away: so no other task
 * takes a step after it.  All are killed by the explorer, which is told by the
 * word `over`; what lies in buffers is lost, and no handler runs.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "park/park.h"
#include "simulate/players.h"
#include "tidelock.h"

static void tell(struct tl_account *account, enum tl_ending ending, int status,
                 const char *text)
{
    const struct tl_player *self = tl_players_self();
    account->ender = self ? self->index : 0;
    account->status = status;
    snprintf(account->message, sizeof account->message, "%s", text);
    account->ending = ending;
    /* commit: the explorer reads the account once it sees this.  The word is in
     * memory of many processes, as all that tasks sleep on. */
    atomic_store(&account->over, 1);
    tl_park_wake_word(&account->over, INT_MAX);
}

void tl_explore_end(enum tl_ending ending, int status, const char *text)
{
    struct tl_exploration *exploration = tl_explored();
    if (!exploration)
        return;
    tl_simulate_flush();
    if (!atomic_load(&exploration->account.over))
        tell(&exploration->account, ending, status, text);
    /* nobody is left who could go on */
    if (ending == TL_ENDING_PASSED)
        _exit(0);
    /* whoever runs the schedule waits for the end of its main task */
    kill(tl_players_at(1)->pid, SIGKILL);
    for (;;)
        pause();
}
