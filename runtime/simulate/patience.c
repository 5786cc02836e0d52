#include "simulate/patience.h"

#include "simulate/players.h"
#include "simulate/schedule.h"
#include "wait/operation.h"

/* What uses it up: a look costs LOOK, a try and a question POLL. */
#define LOOK 1
#define POLL 10
#define VAIN_MOST 10000
#define VAIN_EXPLORED 1000 /* before it is a livelock: see TL_LIVELOCK */
#define WORK_MOST 1000000

static void spend(uint32_t amount)
{
    uint32_t most = tl_explored() ? VAIN_EXPLORED : VAIN_MOST;
    tl_players->vain += amount;
    if (tl_players->vain < most && ++tl_players->work < WORK_MOST)
        return;
    tl_schedule_pass_time();
    tl_players->vain = tl_players->work = 0;
}

void tl_patience_operation(uint32_t operation)
{
    if (operation == TL_OP_YIELD) {
        spend(POLL);
    } else if (tl_operation_row(operation)->access == TL_ACCESS_READS) {
        spend(LOOK);
    } else {
        tl_players->vain_before = tl_players->vain;
        tl_players_self()->dropped = tl_players->vain;
        tl_players->vain = 0;
        spend(0);
    }
}

void tl_patience_in_vain(void)
{
    struct tl_player *self = tl_players_self();
    if (tl_explored()) { /* others may have come in between */
        tl_players->vain += self->dropped;
        self->dropped = 0;
    } else if (tl_players->vain == 0)
        tl_players->vain = tl_players->vain_before;
    spend(POLL);
}

void tl_patience_woken(void)
{
    spend(LOOK);
}

void tl_patience_asked(void)
{
    spend(POLL);
}
