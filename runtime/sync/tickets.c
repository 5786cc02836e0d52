#include "sync/tickets.h"

#include <string.h>

#include "base/fault.h"
#include "base/world.h"
#include "park/park.h"
#include "store/heap.h"

#define CHOICE_MOST 64 /* of so many waiters one can be chosen */

struct tl_ticket_row *tl_tickets_first(const struct tl_tickets *tickets)
{
    return tl_at(tickets->rows);
}

struct tl_ticket_row *tl_tickets_after(const struct tl_ticket_row *row)
{
    return row->next ? tl_at(row->next) : NULL;
}

static int make_row(uint64_t *owner)
{
    uint64_t size =
        sizeof(struct tl_ticket_row) + (tl_task_limit() + 1) * sizeof(uint64_t);
    int status = tl_heap_take(owner, size);
    if (status == TL_OK)
        memset(tl_at(*owner), 0, size);
    return status;
}

int tl_tickets_init(struct tl_tickets *tickets, const void *object)
{
    tl_wait_queue_init(&tickets->notified, object, TL_VERB_WAIT);
    tickets->next = 1;
    return make_row(&tickets->rows);
}

int tl_tickets_bring_row(void)
{
    return make_row(&tl_self->owned_blocks[TL_OWNED_SEGMENT]);
}

_Atomic uint64_t *tl_tickets_draw(struct tl_tickets *tickets)
{
    uint64_t *spare = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    struct tl_ticket_row *row = tl_tickets_first(tickets);
    uint32_t number = tl_task_number(tl_self);
    while (row->tickets[number]) {
        if (!row->next && *spare) {
            row->next = *spare; /* adopted */
            tl_fault();
            *spare = 0;
            tl_fault();
        }
        row = tl_tickets_after(row);
        if (!row)
            return NULL;
    }
    row->tickets[number] = tickets->next++;
    tl_fault();
    return &row->tickets[number];
}

/* The tickets of those that wait, in the order in which they came: so many, or
 * as many as there is room for. */
struct waiting {
    _Atomic uint64_t *tickets[CHOICE_MOST];
    struct tl_task *tasks[CHOICE_MOST];
    uint32_t count;
};

/* Keeps the `most` that have waited longest. */
static void insert(struct waiting *waiting, uint32_t most,
                   _Atomic uint64_t *ticket, uint32_t number)
{
    uint32_t at = waiting->count;
    while (at > 0 && *ticket < *waiting->tickets[at - 1])
        at--;
    if (at == most)
        return;
    if (waiting->count < most)
        waiting->count++;
    for (uint32_t i = waiting->count - 1; i > at; i--) {
        waiting->tickets[i] = waiting->tickets[i - 1];
        waiting->tasks[i] = waiting->tasks[i - 1];
    }
    waiting->tickets[at] = ticket;
    waiting->tasks[at] = tl_task_at(number);
}

static void look(struct waiting *waiting, uint32_t most,
                 const struct tl_tickets *tickets)
{
    struct tl_ticket_row *row = tl_tickets_first(tickets);
    waiting->count = 0;
    for (; row; row = tl_tickets_after(row))
        for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
            if (row->tickets[n] && row->tickets[n] != TL_TICKET_NOTIFIED)
                insert(waiting, most, &row->tickets[n], n);
}

/* Where the world chooses, of all that wait. */
void tl_tickets_notify(struct tl_tickets *tickets, uint32_t n)
{
    uint32_t most = tl_world_chooses() ? CHOICE_MOST : 1;
    struct waiting waiting;
    for (; n > 0; n--) {
        look(&waiting, most, tickets);
        if (waiting.count == 0)
            return;
        uint32_t next = waiting.count > n
                            ? tl_world_whom(waiting.tasks, waiting.count, false)
                            : 0;
        *waiting.tickets[next] = TL_TICKET_NOTIFIED; /* commit */
        tl_fault();
    }
}

/* Whether the task has a notified ticket.  Without the guard: a row may be
 * added meanwhile, but nobody in it was notified before. */
static bool is_told(const struct tl_tickets *tickets, uint32_t number)
{
    const struct tl_ticket_row *row = tl_tickets_first(tickets);
    for (; row; row = tl_tickets_after(row))
        if (row->tickets[number] == TL_TICKET_NOTIFIED)
            return true;
    return false;
}

/* A task that is listed but not yet asleep does not fall asleep: it was called
 * after it had begun to park, or has seen the version move. */
void tl_tickets_tell(struct tl_tickets *tickets)
{
    /* no relaxed load, which might come before the operation that moved the
     * version: no wake is lost as in tl_wake */
    if (atomic_load(&tickets->notified.n) == 0)
        return;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        if (is_told(tickets, n))
            tl_park_call(tl_task_at(n));
}

void tl_tickets_repair(const struct tl_tickets *tickets, struct tl_task *dead)
{
    struct tl_ticket_row *row = tl_tickets_first(tickets);
    for (; row; row = tl_tickets_after(row))
        if (row->next && row->next == dead->owned_blocks[TL_OWNED_SEGMENT])
            dead->owned_blocks[TL_OWNED_SEGMENT] = 0;
    tl_fault();
}

/* One row after the other, so that a task that goes on after a dead one begins
 * where that one was. */
void tl_tickets_destroy(struct tl_tickets *tickets)
{
    while (tickets->rows)
        tl_heap_release(&tickets->rows, tl_tickets_first(tickets)->next);
}
