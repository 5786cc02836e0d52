/*
 * Scratch: the memory in which one message is put together.
 *
 * A thread keeps one scratch from message to message, so that sending does not
 * allocate; a message begun while it is taken (by a finalizer) gets a scratch
 * of its own.  None of it belongs to Lua, so no Lua error can lose it.
 *
 * Bytes that lie elsewhere, in long Lua strings, are not copied: scratch_cite
 * notes where in the message they belong, and scratch_slices lists the pieces
 * of the whole in order.
 *
 * `seen` finds things by address and kind: which number a table has, so that
 * its next occurrence refers back.
 */
#ifndef TL_SCRATCH_H
#define TL_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tidelock.h"

struct cite {
    size_t at; /* how many of the scratch's own bytes come before it */
    struct tl_slice slice;
};

enum seen_kind { SEEN_VALUE, SEEN_UPVALUE, SEEN_REF };

/* What was seen.  An entry counts only while its stamp is the scratch's: to
 * empty the table, a new message takes another stamp.  `n`: which upvalue of
 * its function it is, or which index in refs a reference has. */
struct seen {
    uint64_t identity;
    uint32_t stamp;
    uint32_t kind;
    uint32_t number;
    uint32_t tag_at; /* where in bytes the tag of the numbered value is */
    uint32_t n;
};

struct scratch {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    struct cite *cites;
    size_t cite_count;
    size_t cite_capacity;
    size_t cited; /* bytes of all cites */
    tl_ref *refs;
    size_t ref_count;
    size_t ref_capacity;
    struct seen *seen;
    size_t seen_count;
    size_t seen_capacity; /* a power of two, or 0 */
    uint32_t stamp;
    bool taken;
    struct tl_slice whole;
    struct tl_slice *slices; /* of this message; NULL where whole is all */
};

/* An empty scratch, which scratch_give takes back; NULL: no memory. */
struct scratch *scratch_take(void);
void scratch_give(struct scratch *scratch);
void scratch_thread_end(void);

bool scratch_grow(struct scratch *scratch, size_t more);

/* Where the next `most` bytes may be written; NULL: no memory.  What was
 * written is then added to scratch->size. */
static inline unsigned char *scratch_room(struct scratch *scratch, size_t most)
{
    if (scratch->capacity - scratch->size < most &&
        !scratch_grow(scratch, most))
        return NULL;
    return scratch->bytes + scratch->size;
}

/* Makes `data` the next bytes of the message, without a copy; false: no memory.
 */
bool scratch_cite(struct scratch *scratch, const void *data, size_t size);

/* Adds ref to refs unless it is there; false: no memory. */
bool scratch_ref(struct scratch *scratch, tl_ref ref, uint32_t *index);

/* The entry, or NULL.  Valid until the next scratch_see. */
struct seen *scratch_seen(struct scratch *scratch, uint64_t identity,
                          enum seen_kind kind);
/* Adds one that is not there yet; false: no memory. */
bool scratch_see(struct scratch *scratch, struct seen entry);

/* The message as it stands; false: no memory. */
bool scratch_message(struct scratch *scratch, struct tl_message *message);

/* Copies what is cited into the scratch, so that nothing is borrowed; false: no
 * memory. */
bool scratch_own(struct scratch *scratch, struct tl_message *message);

#endif
