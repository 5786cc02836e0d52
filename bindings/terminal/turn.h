/*
 * Turn: which task of the program is at a prompt on the terminal.
 *
 * One at a time.  The kernel passes the turn on where its holder dies; and what
 * the terminal was before a prompt is restored then, by the next that has the
 * turn, or by the program's end: a task that is killed while somebody types
 * leaves the terminal without echo.
 *
 * Limits: what cannot be locked has no turns.
 */
#ifndef TL_TURN_H
#define TL_TURN_H

/* Once, in the program's first process, before it has tasks. */
void turn_open(void);

/* Waits for the turn.  TL_OK, or why a wait for it has failed. */
int turn_take(void);

/* Nothing where this thread has not the turn. */
void turn_leave(void);

/* Around the editing of a line, which changes the terminal: what runs
 * meanwhile, such as a callback, may end the program. */
void turn_edit_begin(void);
void turn_edit_end(void);

/* The program ends, and the others of it have ended: where a prompt was left
 * open, the terminal is again as it was.  Async-signal-safe. */
void turn_restore(void);

#endif
