/*
 * Object: the header of everything that tasks share, and the table of kinds.
 *
 * An object is one block of the heap that begins with struct tl_object.
 * References keep it alive: a cell in a task's slot (a handle) or an entry in
 * a message under way.  A reference is a tl_ref: the object's offset, which is
 * a multiple of 64, and in the low bits the side (of a pipe), whether it is
 * claimed (TL_CLAIMED: that task counts as a holder of that side), whether
 * children inherit it, and whether something else keeps the object for it
 * (TL_LENT: see store/bundle).
 *
 * Invariants (all counts change under the guard of store/refs, by a logged
 * step that a later task finishes if the first one dies):
 *   refs        = number of references to the object, anywhere in the arena,
 *                 without those that are lent
 *   holders[s]  = number of claimed cells of side s
 *   refs == 0   = the object is on the reclaim list, linked by next_reclaimed,
 *                 and belongs to whoever takes it off
 *
 * kind, number, name and shape are written before the first reference exists.
 * `named` and `next_named` are of store/name_index.
 */
#ifndef TL_OBJECT_H
#define TL_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/arena.h"
#include "tidelock.h"

struct tl_object {
    uint64_t kind; /* enum tl_kind_id; 0 while nothing in it may be trusted */
    uint64_t number;
    uint64_t refs;
    uint64_t holders[2];
    uint64_t next_reclaimed;
    uint64_t next_named; /* offset */
    tl_ref named;        /* the space's own reference to it, or 0 */
    uint64_t shape;      /* its size and options, as one number */
    char name[TL_NAME_SIZE];
};

#define TL_SIDE ((tl_ref)1)    /* bit: which side */
#define TL_CLAIMED ((tl_ref)2) /* bit: counted in holders */
#define TL_OWN ((tl_ref)4)     /* bit: of a task alone, not of its children */
#define TL_LENT ((tl_ref)8)    /* bit: not counted; a bundle keeps the object */
#define TL_REF_BITS ((tl_ref)63)
/* Outside an arena a reference says in its top bits which arena it is of (by
 * this process's number); inside, that is clear. */
#define TL_REF_ARENA_SHIFT 56
#define TL_REF_WITHIN (((tl_ref)1 << TL_REF_ARENA_SHIFT) - 1)

static inline struct tl_object *tl_ref_object(tl_ref ref)
{
    return tl_at(ref & ~TL_REF_BITS);
}

static inline int tl_ref_side(tl_ref ref)
{
    return (int)(ref & TL_SIDE);
}

/* A task's reference to an object, and its debt to it: what must be paid when
 * the task dies (items of a queue taken but not done).  Written by the owner
 * only, `ref` by the logged step of store/refs. */
struct tl_cell {
    tl_ref ref;
    uint32_t debt;
    uint32_t kept; /* 1: has no handle, and stays for what the task holds */
};

struct tl_task;
struct tl_guard;
struct tl_watch;

/* One row a kind, in program/kinds.c; program/kinds.h has the recipe for
 * adding an object.  A NULL entry means that there is nothing to do. */
struct tl_kind {
    const char *name;
    size_t size;
    size_t owned_by; /* where in it the struct tl_owner of its owner lies, in
                        one that is tl_owned (sync/owned) */

    /* The live state, after the title: "held by buyer-2 (pid 4711)".  Takes
     * no guard, so it may be a moment old. */
    void (*describe)(const struct tl_object *object, int side, char *text,
                     size_t size);

    /* Whether the invariants hold; for tests, with no other task inside. */
    bool (*check)(const struct tl_object *object);

    /* `dead` died holding `guard`, which this task has taken over: make the
     * invariants hold and settle what `dead` was doing.  Idempotent, since
     * this task may die here too.  No allocation, no other guard. */
    void (*repair)(struct tl_object *object, struct tl_guard *guard,
                   struct tl_task *dead);

    /* `dead` held this cell, or gives it up: pass on what it held.
     * Idempotent. */
    void (*task_died)(struct tl_object *object, struct tl_task *dead,
                      struct tl_cell *cell);

    /* The last claimed cell of `side` is gone.  Idempotent. */
    void (*side_closed)(struct tl_object *object, int side);

    /* Nobody has a reference: release the blocks that the object names, by
     * the words that name them.  Idempotent, and may be continued by another
     * task.  The object's own block is the caller's. */
    void (*destroy)(struct tl_object *object);

    /* Whether the task that owns the cell holds the object, so that the cell
     * must outlive the handle, while anybody else may want the object. */
    bool (*in_use)(const struct tl_object *object, const struct tl_task *task,
                   const struct tl_cell *cell);

    /* The object that a task in fact holds when it holds this one (of a
     * condition, its lock).  Called when the task gives up its handle: it
     * pays what the task owes to this one, and the task keeps a reference to
     * that object instead.  No entry: the object itself. */
    struct tl_object *(*part_held)(struct tl_object *object);

    /* Whether a wait for the object would end at once: 1, or 0 and where to
     * look (condition, word, seen), or a status.  NULL: nothing to wait for. */
    int (*ready)(const struct tl_handle *handle, struct tl_watch *watch);

    /* The tasks that have what a wait on this object for `verb` (enum tl_verb)
     * waits for, one a call: the id of the first whose number is above `after`,
     * or 0: there is no more.  If there is none at all, or no entry, any task
     * may end the wait.  Takes no guard, and the object may be going away
     * meanwhile: what it names is checked before it is followed. */
    uint32_t (*holder)(const struct tl_object *object, uint32_t verb,
                       uint32_t after);
    /* Any one of the holders can end the wait; else it takes all of them. */
    bool one_is_enough;

    /* It is told (task_died) of the death of a task that has never used it,
     * too: so a child's reference to it always counts. */
    bool never_lent;
};

/* What the lower rooms call that only the whole program can do: set first thing
 * in tl_init, and constant from then on.  A test of the lower rooms sets its
 * own. */
struct tl_upcalls {
    const struct tl_kind *kinds; /* TL_KINDS of them, by enum tl_kind_id */

    /* Settles what a dead task owed and frees its slot.  Where more than one
     * task calls this for the same dead one, one of them does it; false:
     * another one does. */
    bool (*settle)(struct tl_task *dead);

    /* Settles what `dead` left half-done under a guard that this task has taken
     * over from it. */
    void (*repair)(struct tl_guard *guard, struct tl_task *dead);

    /* This task has been told that all are stuck, and is about to change what
     * the report tells of. */
    void (*stuck)(void);

    /* In a new child of this program, once it is a task: it lets go of what was
     * its parent's alone. */
    void (*forked)(void);

    /* Reaps what has ended of that which only rooms above know. */
    void (*reap)(void);

    /* This process is about to end. */
    void (*ends)(void);
};

extern const struct tl_upcalls *tl_upcalls;

static inline const struct tl_kind *
tl_object_kind(const struct tl_object *object)
{
    return &tl_upcalls->kinds[object->kind];
}

/* The next number for an object of the kind, in this arena: lock#3. */
uint64_t tl_object_number(enum tl_kind_id kind);

/* TL_OK or TL_NO_MEMORY; once for each arena. */
int tl_object_make_counts(void);

/* Whether `size` bytes at the offset lie in memory of the arena: of an offset
 * that may be old, or be no offset any more. */
static inline bool tl_is_within(uint64_t offset, uint64_t size)
{
    uint64_t backed = atomic_load(&tl_root()->backed);
    return offset != 0 && offset % sizeof(uint64_t) == 0 && offset < backed &&
           size <= backed - offset;
}

#endif
