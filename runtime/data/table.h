/*
 * Table: keys and values that many tasks read and write.
 *
 * Keys are strings, integers, floats and booleans; values are messages, whose
 * bytes the table does not look into.
 *
 * One guard, that of `log`, for readers and writers.  A reader copies a small
 * value out under it, and becomes a further owner of a large one
 * (store/message), which it reads with nothing held.  A writer owns its new
 * blocks before it takes the guard.  One logged step changes the slot and the
 * writer's owned blocks: so after a death the value is the old one or the new
 * one, and every block has its owner.  The writer then owns what was replaced,
 * and drops it with nothing held.
 *
 * A task holds `writer` for an update, from before it reads the old value until
 * it has set the new one.  Others that want to write look at `writer` under the
 * guard, and wait for it where another task holds it; readers do not look.
 *
 * A key may have an end, a moment in time, from which on it is there no more:
 * whoever looks for it looks at the clock.  The next call of any kind that
 * finds `soonest` over gives the slot and its blocks back.  That call looks at
 * all slots, so `soonest` is put off in proportion to their number.  Tables
 * without such keys never look at a clock.
 *
 * Who owns what when a task dies
 *   - a value's block, a key's block, a block of slots: the task that makes or
 *     drops it (TL_OWNED_MESSAGE, TL_OWNED_SEGMENT), else a word of the table
 *     or of a slot that is in use; a step of the log hands it over.
 *   - in slots that were just left (tl_slots_move) the words are copies.
 *
 * Limits: a key or value that the slots have no room for makes them move all
 * at once, under the guard: some milliseconds for 100,000 keys, once in as
 * many new keys.
 */
#ifndef TL_TABLE_H
#define TL_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "store/log.h"
#include "sync/owner.h"
#include "tidelock.h"

/* Invariant, outside the guard: the slots below `used` have had a key, `live`
 * of them have one now, and the index finds each of these.  Written by steps
 * of the log; `depth` by the holder of `writer`. */
struct tl_table {
    struct tl_object object;
    struct tl_log log; /* its guard is the table's */
    uint64_t slots;    /* block: see table_slots.h */
    uint64_t used;
    uint64_t live;
    uint64_t soonest; /* when to look for ends next; 0: no key has one */
    struct tl_owner writer;
    uint32_t depth; /* how many updates of the holder, one in the other */
};

/* Gives back the slots and blocks of keys that have ended, if it is time to. */
void tl_table_reap(struct tl_table *table);

void tl_table_describe(const struct tl_object *object, int side, char *text,
                       size_t size);
bool tl_table_check(const struct tl_object *object);
void tl_table_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead);
void tl_table_destroy(struct tl_object *object);

#endif
