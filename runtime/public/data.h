/*
 * Data: what tasks read and write together.  Part of tidelock.h.
 */
#ifndef TIDELOCK_DATA_H
#define TIDELOCK_DATA_H

#include "public/core.h"

/* Value ------------------------------------------------------------------ */

/* A Lua number: integers and floats stay what they are. */
struct tl_number {
    bool is_float;
    union {
        int64_t i;
        double f;
    };
};
int tl_value_new(struct tl_handle *out, const char *name, struct tl_number n);
int tl_value_get(const struct tl_handle *value, struct tl_number *n);
int tl_value_set(const struct tl_handle *value, struct tl_number n);
/* *n: in, what to add; out, the sum.  Lua's rules of arithmetic. */
int tl_value_add(const struct tl_handle *value, struct tl_number *n);
/* *set: whether the value was equal to `old` and is now `new_`. */
int tl_value_compare_set(const struct tl_handle *value, struct tl_number old,
                         struct tl_number new_, bool *set);
/* update: begin gives the value and keeps other writers out until commit or
 * cancel.  TL_HELD: this task is in an update of it already. */
int tl_value_begin(const struct tl_handle *value, struct tl_number *n);
int tl_value_commit(const struct tl_handle *value, struct tl_number n);
int tl_value_cancel(const struct tl_handle *value);

/* Array ------------------------------------------------------------------ */

enum tl_element {
    TL_INT8,
    TL_UINT8,
    TL_INT16,
    TL_UINT16,
    TL_INT32,
    TL_UINT32,
    TL_INT64,
    TL_UINT64,
    TL_FLOAT,
    TL_DOUBLE,
    TL_ELEMENTS
};
const char *tl_element_name(enum tl_element type);
/* `length` elements, all 0. */
int tl_array_new(struct tl_handle *out, const char *name, enum tl_element type,
                 uint64_t length);
uint64_t tl_array_length(const struct tl_handle *array);
enum tl_element tl_array_type(const struct tl_handle *array);
/* Elements are read and written whole.  The index counts from 0 and must be
 * within the length.  TL_OVER: the number does not fit the type. */
int tl_array_get(const struct tl_handle *array, uint64_t index,
                 struct tl_number *n);
int tl_array_set(const struct tl_handle *array, uint64_t index,
                 struct tl_number n);
/* As tl_array_set, for the task that makes the array. */
int tl_array_fill(const struct tl_handle *array, uint64_t index,
                  struct tl_number n);
/* *n: in, what to add; out, the sum; atomic. */
int tl_array_add(const struct tl_handle *array, uint64_t index,
                 struct tl_number *n);

/* Buffer ----------------------------------------------------------------- */

/* `size` bytes, all 0, that any task reads and writes as it likes. */
int tl_buffer_new(struct tl_handle *out, const char *name, uint64_t size);
uint64_t tl_buffer_size(const struct tl_handle *buffer);
/* The `count` bytes from `offset` on themselves, which must be within the size,
 * to be read or written at once; NULL: closed, or no task of the program. */
const unsigned char *tl_buffer_read(const struct tl_handle *buffer,
                                    uint64_t offset, uint64_t count);
unsigned char *tl_buffer_write(const struct tl_handle *buffer, uint64_t offset,
                               uint64_t count);

/* Table ------------------------------------------------------------------ */

enum tl_key_type {
    TL_KEY_STRING = 1,
    TL_KEY_INTEGER,
    TL_KEY_FLOAT, /* not NaN; one that is an integer is taken for that */
    TL_KEY_BOOLEAN
};
struct tl_key {
    enum tl_key_type type;
    union {
        struct {
            const char *data; /* borrowed */
            size_t size;
        } string;
        int64_t i;
        double f;
        bool b;
    };
};

/* Keys and values that any task reads and writes; each call is atomic.  Empty
 * at first.  TL_NO_MEMORY. */
int tl_table_new(struct tl_handle *out, const char *name);
/* TL_EMPTY: no such key.  The handle must outlive the parcel.  *end: from then
 * on the key is there no more; TL_FOREVER: it does not end.  `part`: the call
 * is a part of an update, or of making the table. */
int tl_table_get_until(const struct tl_handle *table, const struct tl_key *key,
                       struct tl_parcel *parcel, tl_deadline *end, bool part);
/* Waits while another task is in an update.  m NULL: removes the key.
 * TL_NO_MEMORY, TL_TOO_LARGE, and what tl_lock_acquire returns. */
int tl_table_set_until(const struct tl_handle *table, const struct tl_key *key,
                       const struct tl_message *m, tl_deadline end, bool part);
/* The same of keys that do not end. */
static inline int tl_table_get(const struct tl_handle *table,
                               const struct tl_key *key,
                               struct tl_parcel *parcel)
{
    tl_deadline end;
    return tl_table_get_until(table, key, parcel, &end, false);
}
static inline int tl_table_set(const struct tl_handle *table,
                               const struct tl_key *key,
                               const struct tl_message *m)
{
    return tl_table_set_until(table, key, m, TL_FOREVER, false);
}
/* From begin to end only this task writes to the table; others read.  It may
 * begin again in between, and the update is over after as many ends.  What the
 * task has set stays, also when it dies.  TL_TIMEOUT, TL_DEADLOCK. */
enum tl_table_change { TL_TABLE_UPDATE, TL_TABLE_ADD };
int tl_table_begin(const struct tl_handle *table, enum tl_table_change change,
                   tl_deadline deadline);
int tl_table_end(const struct tl_handle *table); /* TL_NOT_HOLDER */
/* The n for which there are the keys 1 to n, and no n + 1; 0: there is no 1.
 * Where there are gaps, any n for which there is a key n, and no n + 1. */
int64_t tl_table_length(const struct tl_handle *table);
int64_t tl_table_count(const struct tl_handle *table); /* of all keys */
/* All keys at one moment, in the order in which they were set first, into
 * `buffer`.  How many bytes they take: where that is more than `size`, the
 * buffer is not filled. */
int64_t tl_table_keys(const struct tl_handle *table, void *buffer, size_t size);
/* Reads the key at `at` in such a buffer; where the next one is. */
const void *tl_key_read(const void *at, struct tl_key *key);

#endif
