/*
 * Operation: what a task can do to an object, and what it says that it is about
 * to do.
 *
 * Every operation announces itself: its first line, tl_enter (store/handle) or
 * one of its kin, names it by a row of the table below.  On these rows hang the
 * words of reports, `ps` and `tostring`; the points of a simulation, and the
 * record of its steps.
 *
 * To add an operation: a row, and its name in the operation's tl_enter.  A part
 * of an operation that has announced itself, and what no other task can tell
 * the order of (a handle that is closed, a look at a constant), enters with
 * TL_OP_NONE.
 */
#ifndef TL_OPERATION_H
#define TL_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

/* What an operation does to its object, of concern to whoever asks whether two
 * operations may change places: two that read may. */
enum tl_access {
    TL_ACCESS_READS,
    TL_ACCESS_WRITES,
    TL_ACCESS_MAKES, /* the object, or a task */
    TL_ACCESS_ENDS   /* the object or a task is no more after it */
};

/* X(name, kind of object or NONE, word of the API, access, may block) */
#define TL_OPERATIONS(X)                                                       \
    X(NONE, NONE, "", READS, false)                                            \
    X(SLEEP, NONE, "sleep", READS, true)                                       \
    X(YIELD, NONE, "yield", READS, false)                                      \
    X(LOCK_ACQUIRE, LOCK, "acquire", WRITES, true)                             \
    X(LOCK_RELEASE, LOCK, "release", WRITES, false)

enum tl_operation {
#define TL_OPERATION_NAME(name, kind, word, access, blocks) TL_OP_##name,
    TL_OPERATIONS(TL_OPERATION_NAME)
#undef TL_OPERATION_NAME
        TL_OPERATION_COUNT
};

struct tl_operation_row {
    uint8_t kind; /* enum tl_kind_id */
    uint8_t access;
    bool blocks;
    const char *word;
};

/* The row of an operation; of a number that is none, NONE's. */
const struct tl_operation_row *tl_operation_row(uint32_t operation);

#endif
