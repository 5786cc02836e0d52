/*
 * Abroad: a look at the spaces of another process, also at those that this task
 * has not opened, without becoming a task there.
 */
#ifndef TL_ABROAD_H
#define TL_ABROAD_H

#include <stdbool.h>
#include <sys/types.h>

/* Calls `look` in the spaces that the process has open and this task has not,
 * one after the other, until it returns true; whether it did.  It may not take
 * a guard: here is no task to own it.
 *
 * Limit: where this program has all the spaces open that it can, it sees
 * none. */
bool tl_foreign_spaces_any(pid_t pid, bool (*look)(pid_t pid));

#endif
