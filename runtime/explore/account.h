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
#include "tidelock.h"

/* There is a new task in this slot of the program's own arena: its index among
 * the tasks.  It is the nth of its parent's, whose index this is; the main task
 * is its own parent. */
uint32_t tl_account_task(uint64_t key, uint32_t parent, uint32_t nth,
                         uint32_t slot, const char *name);

/* A task has made the object, or has just named it; the object's arena is the
 * one where this thread works.  Of the task: its index, its key, and in *made
 * how many objects it had made before, which is counted on. */
void tl_account_made(const struct tl_object *object, uint32_t maker,
                     uint64_t key, uint32_t *made);

/* The entry of an object in the arena where this thread works.  One that was
 * not made in this schedule (it lies in a space, and is older) gets an entry by
 * its kind and name.  NULL: there is no room. */
const struct tl_account_object *
tl_account_object_met(const struct tl_object *object);

/* The identity of a file by its path; it gets an entry, whose `number` is how
 * many files there were, and whose maker is the task that has named it first.
 * And the entry of that identity, or NULL. */
uint64_t tl_account_path(const char *path, uint32_t maker);
const struct tl_account_object *tl_account_file_of(uint64_t identity);

/* Adds the event, and counts it into the hash. */
void tl_account_add(const struct tl_event *event);

#endif
