#include "simulate/ending.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "park/park.h"
#include "simulate/players.h"
#include "tidelock.h"

static void tell(struct tl_account *account, uint32_t number,
                 enum tl_ending ending, int status, const char *text)
{
    account->ender = number ? tl_players_at(number)->index : 0;
    account->status = status;
    snprintf(account->message, sizeof account->message, "%s", text);
    account->ending = ending;
    /* commit: the explorer reads the account once it sees this.  The word is in
     * memory of many processes, as all that tasks sleep on. */
    atomic_store(&account->over, 1);
    tl_park_wake_word(&account->over, INT_MAX);
}

void tl_ending_of(uint32_t number, enum tl_ending ending, int status,
                  const char *text)
{
    struct tl_exploration *exploration = tl_explored();
    if (!exploration)
        return;
    if (tl_players)
        tl_steps_flush(&tl_players->steps);
    if (!atomic_load(&exploration->account.over))
        tell(&exploration->account, number, ending, status, text);
    if (ending == TL_ENDING_PASSED)
        _exit(0); /* nobody is left who could go on */
    if (tl_players && tl_players_at(1)->pid == getpgrp())
        kill(0, SIGKILL);
    for (;;)
        pause();
}

void tl_explore_end(enum tl_ending ending, int status, const char *text)
{
    tl_ending_of(tl_players_me, ending, status, text);
}
