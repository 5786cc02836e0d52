/*
 * Tickets: the tasks that wait for a condition (sync/condition), in the order
 * in which they came.
 *
 * Under the guard of the condition, a ticket is 0, or the number that a task
 * drew when it began to wait, or NOTIFIED.  So a notify reaches exactly as many
 * tasks as it says, in the order of numbers; and a waiter whose time ran out,
 * or that died, is told apart from one that was notified.
 *
 * Tickets lie in rows, each with one for every task.  A task needs more than
 * one where it does something else while it waits (park/idle) and that waits
 * for the same condition: each such wait takes the task's ticket in the first
 * row where it is free, and a row is added where it is free in none.  Rows
 * stay.
 *
 * A notified task wants the lock, which the notifier still holds: so whoever
 * releases the lock calls it (sync/owner), and needs to know only the tickets
 * for that.
 */
#ifndef TL_TICKETS_H
#define TL_TICKETS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "park/wait_queue.h"
#include "tasks/task.h"

#define TL_TICKET_NOTIFIED UINT64_MAX

struct tl_ticket_row {
    _Atomic uint64_t next;      /* block: the next row, or 0; set once */
    _Atomic uint64_t tickets[]; /* by task number; a task reads its own without
                                   the guard */
};

struct tl_tickets {
    uint64_t rows;                 /* block: tl_ticket_row, the first */
    uint64_t next;                 /* the next number */
    struct tl_wait_queue notified; /* each is called by name: those chosen */
};

/* TL_OK or TL_NO_MEMORY.  `object`: whose they are. */
int tl_tickets_init(struct tl_tickets *tickets, const void *object);

/* Under the guard: draws a ticket for this task.  Where its tickets in all rows
 * are in use, the row that the task owns (TL_OWNED_SEGMENT) is added.  NULL: it
 * owns none, and needs one: tl_tickets_bring_row makes it, with no guard held
 * (TL_NO_MEMORY). */
_Atomic uint64_t *tl_tickets_draw(struct tl_tickets *tickets);
int tl_tickets_bring_row(void);

/* Under the guard: notifies the n that have waited longest, or all; which ones,
 * the world may say (base/world). */
void tl_tickets_notify(struct tl_tickets *tickets, uint32_t n);

/* Calls all tasks that were notified, each to look for itself. */
void tl_tickets_tell(struct tl_tickets *tickets);

/* The first row, and the row after one; NULL behind the last. */
struct tl_ticket_row *tl_tickets_first(const struct tl_tickets *tickets);
struct tl_ticket_row *tl_tickets_after(const struct tl_ticket_row *row);

/* `dead` may still have named, as a block of its own, a row that was added. */
void tl_tickets_repair(const struct tl_tickets *tickets, struct tl_task *dead);
void tl_tickets_destroy(struct tl_tickets *tickets);

#endif
