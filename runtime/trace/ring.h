/*
 * Ring: the last events of a program, in a region of its own arena.
 *
 * There is one where somebody has asked for it before the first task
 * (tl_ring_make); else an event costs the branch in tl_ring_add.
 *
 * Any number of tasks add at once, and none waits for another: each reserves a
 * place by adding to `position`, claims the place's slot, writes, and
 * publishes. Readers, of any process and at any time, lock nothing: by the
 * slot's word they tell a whole event from one that is not (yet), or no more.
 *
 * The position of an event counts from 0 and is never used again; its slot is
 * position % count, and its lap position / count + 1.  The word of a slot:
 *
 *   0                 nothing was ever here
 *   lap, WRITES, id   the task of this id is writing the event of this lap; if
 *                     it is dead, it never will
 *   lap               whole
 *
 *   anything of an earlier lap -> lap, WRITES  by a writer (compare and swap)
 *   lap, WRITES -> lap                         by the same writer
 *
 * A slot in which a task of an earlier lap still writes (it is stopped, and the
 * others have gone round the ring meanwhile) is left to it, and the event that
 * was to come there is lost: two that write at once would leave a mixture.  If
 * the task is dead the slot is taken from it.  A thread that is no task of the
 * program has no id by which its death could be told: killed in the midst, it
 * costs the slot.
 *
 * Limits: a lap has 32 bits.  A reader that is stopped for 2^32 laps may take
 * one event for another.
 */
#ifndef TL_RING_H
#define TL_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/arena.h"
#include "public/event.h"

#define TL_RING_WORDS (sizeof(struct tl_event) / sizeof(uint64_t))
#define TL_RING_FILES 256 /* with the one of index 0, which is none */
#define TL_RING_NAME 60   /* bytes of a script's name, with the 0 */

struct tl_ring_slot {
    _Alignas(TL_LINE) _Atomic uint64_t word;
    _Atomic uint64_t rest[TL_RING_WORDS - 1]; /* the event without its step */
};

/* The name of a script: written once, by the task that has set `state` from
 * FREE to NAMED_SOON; constant once it is NAMED.  If that task dies meanwhile
 * the entry stays unused. */
enum tl_ring_file_state { TL_RING_FREE, TL_RING_NAMED_SOON, TL_RING_NAMED };
struct tl_ring_file {
    _Atomic uint32_t state;
    char name[TL_RING_NAME];
};

/* In TL_REGION_TRACE.  `count` is a power of 2, and constant. */
struct tl_ring {
    _Alignas(TL_LINE) _Atomic uint64_t position; /* of the next event */
    _Alignas(TL_LINE) uint64_t count;
    struct tl_ring_file files[TL_RING_FILES];
    struct tl_ring_slot slots[];
};

/* The program's own; NULL: none.  Processes inherit it by the fork. */
extern struct tl_ring *tl_ring;

/* Makes the ring, for `count` events or a few more; 0: none.  Once, in the
 * program's own arena, before its heap is made.  TL_OK or TL_NO_MEMORY. */
int tl_ring_make(uint64_t count);

/* Adds the event, and sets its `step`: the position + 1.  With no ring: does
 * nothing.  Takes no lock and makes no system call; may be called from a signal
 * handler, and wherever the thread works at the moment. */
void tl_ring_write(struct tl_event *event);
static inline void tl_ring_add(struct tl_event *event)
{
    if (__builtin_expect(tl_ring != NULL, 0))
        tl_ring_write(event);
}

/* The index of a script for the `file` of its events.  0: no ring, no name, or
 * too many names.  Of a long name the end is kept, after "...".  Cheap where
 * this thread has asked for the same name last. */
uint16_t tl_ring_file(const char *name);

/* What follows is for readers, who may be of another program: of the ring in
 * the arena where this thread works, which need not be its own. */

/* NULL: there is none. */
const struct tl_ring *tl_ring_here(void);

/* How many events were added, or are being. */
uint64_t tl_ring_position(const struct tl_ring *ring);

/* The first position that may not be overwritten yet. */
uint64_t tl_ring_oldest(const struct tl_ring *ring);

enum tl_ring_state {
    TL_RING_WHOLE,
    TL_RING_OVERWRITTEN, /* by a later one */
    TL_RING_NOT_YET,     /* nobody has reserved this position */
    TL_RING_TORN         /* its writer is at it, was killed, or gave it up; who
                            follows a live program looks again once or twice */
};

/* The event of that position, with its `step`; only if WHOLE is *out set. */
enum tl_ring_state tl_ring_read(const struct tl_ring *ring, uint64_t position,
                                struct tl_event *out);

/* The name of a script; "": not known. */
const char *tl_ring_file_name(const struct tl_ring *ring, uint16_t file);

#endif
