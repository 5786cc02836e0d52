/*
 * View: the arena of another program, or a space, looked at without a trace.
 *
 * It is mapped to be read alone: nothing can be written to it, no lock can be
 * taken, and the looker is no task there.  So what is seen moves while it is
 * read.  A slot is read until it was the same before and after, at most
 * TL_VIEW_TRIES times, and is unknown otherwise; an object counts only if the
 * reference that led to it is still there.  What is followed meanwhile may lead
 * anywhere: a read of memory that is not there ends that one look, as
 * tl_view_try tells, and not the program.  Nothing here waits, whatever state
 * the tasks of the program are in.
 *
 * This process needs no arena of its own (tl_init_kinds alone).  For one thread
 * of it at a time.
 */
#ifndef TL_VIEW_H
#define TL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "memory/object.h"
#include "tidelock.h"

#define TL_VIEW_TRIES 3

/* A view's number, or a status.  Of the program that this process belongs to:
 * TL_ENDED: no such process; TL_NO_SPACE: it is no program of ours;
 * TL_OTHER_VERSION; TL_TOO_MANY_SPACES; TL_SYSTEM. */
int tl_view_program(pid_t pid);

/* Of the space of that name: TL_EMPTY: there is none; TL_BAD_NAME;
 * TL_NOT_OURS; and as above. */
int tl_view_space(const char *name);

/* Of all spaces that the process has open, at most so many: how many there are.
 * Each has a name. */
unsigned tl_view_spaces_of(pid_t pid, int *views, unsigned most);

/* "" for a program's own arena. */
const char *tl_view_name(int view);

/* Which file it is: the same for all that have it mapped. */
uint64_t tl_view_identity(int view);

/* Bytes of memory that it has, and could have. */
void tl_view_memory(int view, uint64_t *used, uint64_t *most);

void tl_view_close(int view);

/* The identity of the arena in which the process is a task, or 0: it is no
 * program of ours. */
uint64_t tl_view_find(pid_t pid);

/* Calls `look` in that arena; false: it read what is not there. */
bool tl_view_try(int view, void (*look)(void *context), void *context);

#endif
