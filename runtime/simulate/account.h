/*
 * Account: what a program that is explored tells its explorer of its tasks,
 * objects and steps (public/explore).
 *
 * It lies in memory that outlives the program.  Written by the task that has
 * the turn, and by the explorer not at all while the program runs; each entry
 * is whole before it is counted, so that what is counted may be read though its
 * writer was killed.  Where there is no more room an entry is left out, and
 * `lost_events` says so.
 *
 * Where the program is not explored these functions do nothing, and return 0.
 */
#ifndef TL_ACCOUNT_H
#define TL_ACCOUNT_H

#include <stdint.h>

#include "memory/object.h"
#include "simulate/players.h"
#include "tidelock.h"

/* A new account, empty. */
void tl_account_begin(struct tl_account *account);

/* The player is a task from now on: by its number, its key and its maker (of
 * the main task itself).  In the program's own arena. */
void tl_account_task(struct tl_player *player, uint32_t number,
                     const struct tl_player *maker);

/* This task has made the object, or has just named it; its arena is the one
 * where this thread works. */
void tl_account_made(const struct tl_object *object);

/* The entry of an object in the arena where this thread works; NULL: there is
 * none. */
const struct tl_account_object *
tl_account_object_of(const struct tl_object *object);

/* The same, but one that was not made in this schedule (it lies in a space, and
 * is older) gets an entry by its kind and name. */
const struct tl_account_object *
tl_account_object_met(const struct tl_object *object);

/* The identity of a file by its path; it gets an entry, whose `number` is how
 * many files there were.  And the entry of that identity, or NULL. */
uint64_t tl_account_path(const char *path);
const struct tl_account_object *tl_account_file_of(uint64_t identity);

/* The index of a script for the `file` of its events; 0: none.  Of a long name
 * the end is kept, after "...". */
uint16_t tl_account_script(const char *name);

/* Adds the event, and counts it in the hash. */
void tl_account_add(const struct tl_event *event);

#endif
