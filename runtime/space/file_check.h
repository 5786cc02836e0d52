/*
 * File check: whether what lies in a space's file can be used.
 *
 * A program that opens a space which no other has open looks at all of it
 * first, on a private copy of its pages: so it writes nothing to the file
 * before it knows that this is whole.  No task is there then, so the rules are
 * strict: every offset leads to a block in use, every block has one owner,
 * every list ends, every guard and owner is free or belongs to a task that died
 * with it, and what never changes has the checksum that it was made with.  What
 * a dead task left half-done passes as far as its repair can deal with it;
 * steps of a log are finished on the copy.
 *
 * The check is about memory, and about waits that would never end: nothing that
 * passes makes a task touch what is not its own, or run in a circle.  Whether
 * the bytes of a message or the number in a value are those that were written,
 * only their user knows.
 */
#ifndef TL_FILE_CHECK_H
#define TL_FILE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/object.h"
#include "store/log.h"
#include "wait/wait.h"

struct tl_owner;

struct tl_file_check_list {
    uint64_t *at;
    size_t count, room;
};

struct tl_file_check;
struct tl_file_check_kind {
    bool (*holds)(struct tl_file_check *check, struct tl_object *object,
                  bool whole);
};

/* The state of one check. */
struct tl_file_check {
    const struct tl_file_check_kind *kinds;
    uint32_t *lines; /* by line of the arena: what begins there */
    uint64_t end;    /* of the heap's used part */
    bool quiet;      /* all slots are free: nothing is half-done anywhere */
    bool replayed; /* a table's log was not empty: look again from the start */
    bool no_memory;
    /* offsets of what was found: objects in the order of being found, those
     * before `visited` looked into; guards, which wait queues begin with;
     * owners */
    struct tl_file_check_list objects, guards, holds;
    size_t visited;
};

/* The file of an arena of `size` bytes, whose root has been checked and whose
 * tasks are all gone.  TL_OK, TL_NO_SPACE, TL_NO_MEMORY, TL_SYSTEM. */
int tl_file_check_check(int fd, uint64_t size);

/* ---- for the parts; each returns false where it is not sound ---- */

/* space/file_check_guards */

/* `object` is whose it is, or NULL. */
bool tl_file_check_guard(struct tl_file_check *check,
                         const struct tl_guard *guard, enum tl_guard_role role,
                         const void *object);
bool tl_file_check_condition(struct tl_file_check *check,
                             const struct tl_wait_queue *condition,
                             const void *object);
bool tl_file_check_hold(struct tl_file_check *check,
                        const struct tl_owner *owner, const void *object);
/* Notes an offset in a list; false: there is no memory. */
bool tl_file_check_note(struct tl_file_check *check,
                        struct tl_file_check_list *list, uint64_t offset);
/* Finishes a step that is under way; *replayed: there was one. */
bool tl_file_check_replay(struct tl_log *log, bool *replayed);
/* A log and its guard; finishes its step. */
bool tl_file_check_log(struct tl_file_check *check, struct tl_log *log,
                       enum tl_guard_role role, const void *object);

/* space/file_check_blocks */

/* What begins at the line of the offset: bits of these. */
uint32_t *tl_file_check_line(struct tl_file_check *check, uint64_t offset);
#define TL_FILE_CHECK_BLOCK (UINT32_C(1) << 31)     /* a block in use */
#define TL_FILE_CHECK_OWNED (UINT32_C(1) << 30)     /* that has an owner */
#define TL_FILE_CHECK_OBJECT (UINT32_C(1) << 29)    /* and is an object */
#define TL_FILE_CHECK_NAMED (UINT32_C(1) << 28)     /* in the list of names */
#define TL_FILE_CHECK_RECLAIMED (UINT32_C(1) << 27) /* in the reclaim list */
#define TL_FILE_CHECK_VALUE (UINT32_C(1) << 26)     /* or a value of a table */
#define TL_FILE_CHECK_REFS                                                     \
    (TL_FILE_CHECK_VALUE - 1) /* how many references were found                \
                               */

/* As tl_heap_is_sound's `tell`. */
void tl_file_check_note_block(void *check, uint64_t block);

/* A block in use, of at least so many bytes, that has no owner yet. */
bool tl_file_check_block(struct tl_file_check *check, uint64_t block,
                         uint64_t least);

/* The same, of a message block; `log`: that of the table whose value it is, or
 * NULL. */
bool tl_file_check_message(struct tl_file_check *check, uint64_t block,
                           const struct tl_log *log);

/* The same, of one that a task owns: it may be half made, or have further
 * owners. */
bool tl_file_check_carried(struct tl_file_check *check, uint64_t block);

/* Whether it is a block that has an owner. */
bool tl_file_check_is_owned(struct tl_file_check *check, uint64_t block);

/* A reference to an object, which will be looked into. */
bool tl_file_check_ref(struct tl_file_check *check, tl_ref ref);

/* Whether a text ends within its size. */
bool tl_file_check_text(const char *text, size_t size);

/* Whether the id is that of a slot that somebody has. */
bool tl_file_check_id(uint32_t id);

/* Whether an offset is among those found. */
bool tl_file_check_has(const struct tl_file_check_list *list, uint64_t offset);

/* Whether it may be one, in a block of `size` bytes. */
bool tl_file_check_is_object(const struct tl_file_check *check,
                             const struct tl_object *object, uint64_t size);

/* An object; `whole`: it is not being made or destroyed.  How many bytes an
 * object of the kind has, 0: a space has none of it. */
bool tl_file_check_kind(struct tl_file_check *check, struct tl_object *object,
                        bool whole);
uint64_t tl_file_check_kind_size(const struct tl_file_check *check,
                                 uint64_t kind);

/* space/file_check_kinds: what of each kind is sound; NULL: a space has none.
 */
extern const struct tl_file_check_kind tl_file_check_kinds[TL_KINDS];
/* space/file_check_queues */
bool tl_file_check_queue(struct tl_file_check *check, struct tl_object *object,
                         bool whole);

/* space/file_check_tasks: the table as such, and what each slot has; and, after
 * all objects are known, the blocks that each task owns and its waits. */
bool tl_file_check_slots(struct tl_file_check *check);
bool tl_file_check_owned_blocks(struct tl_file_check *check);
bool tl_file_check_waits(struct tl_file_check *check);

#endif
