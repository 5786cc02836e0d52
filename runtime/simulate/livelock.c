#include "simulate/livelock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "explore/progress.h"
#include "explore/scripts.h"
#include "memory/object.h"
#include "simulate/players.h"
#include "tidelock.h"
#include "wait/operation.h"

/* How many of the last events the report looks at, and tasks it tells of. */
#define LOOKS 1000
#define TASKS 16

struct report {
    char text[4096];
    size_t size;
    uint16_t told[TASKS];
    unsigned count;
};

static bool is_told(const struct report *report, uint16_t player)
{
    for (unsigned i = 0; i < report->count; i++)
        if (report->told[i] == player)
            return true;
    return false;
}

/* `buyer-1: acquire lock#1, till.lua:12` */
static void tell(struct report *report, const struct tl_account *account,
                 const struct tl_event *event)
{
    char object[80] = "", where[80] = "";
    if (event->kind)
        snprintf(object, sizeof object, " %s#%" PRIu64,
                 tl_kind_name(event->kind), event->object);
    if (event->file)
        snprintf(where, sizeof where, ", %s:%" PRIu32,
                 tl_scripts_name(&account->scripts, event->file), event->line);
    int size = snprintf(
        report->text + report->size, sizeof report->text - report->size,
        "\n  %s: %s%s%s", account->tasks[event->player].name,
        tl_operation_row(event->operation)->word, object, where);
    if ((size_t)size < sizeof report->text - report->size)
        report->size += (size_t)size;
    report->told[report->count++] = event->player;
}

static void end(const struct tl_account *account)
{
    struct report report;
    uint32_t n = account->event_count;
    report.count = 0;
    report.size = (size_t)snprintf(
        report.text, sizeof report.text,
        "livelock: %d steps in which no task got on; the last of each:",
        TL_LIVELOCK);
    for (uint32_t i = 1; i <= LOOKS && i <= n && report.count < TASKS; i++) {
        const struct tl_event *event = &account->events[n - i];
        if (event->how <= TL_EVENT_LAST && !is_told(&report, event->player))
            tell(&report, account, event);
    }
    tl_explore_end(TL_ENDING_LIVELOCK, 0, report.text);
}

void tl_livelock_step(const struct tl_event *event)
{
    if (!tl_explored())
        return;
    tl_progress_step(&tl_players->progress,
                     &tl_players_at(event->task)->progress, event);
    if (tl_players->progress.in_vain >= TL_LIVELOCK)
        end(&tl_explored()->account);
}

void tl_livelock_in_vain(void)
{
    struct tl_player *self = tl_players_self();
    if (tl_explored() && self)
        tl_progress_in_vain(&tl_players->progress, &self->progress);
}
