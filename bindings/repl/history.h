/*
 * History: what was typed at the prompt, in ~/.tidelock_history.  A chunk of
 * several lines stays one entry, also in the file: each begins with a line
 * `#SECONDS`, as in bash's.  Of a file that has grown beyond 1 MiB a session
 * keeps the last 1000.  Only with readline.
 */
#ifndef HISTORY_H
#define HISTORY_H

void history_open(void);
void history_close(void);

/* Adds a chunk, to the file at once. */
void history_add(const char *chunk);

#endif
