/*
 * File check, kinds: whether the invariants of an object hold, by its kind.
 * Whoever adds an object that a space can have adds its row here.
 */
#include "data/array.h"
#include "data/buffer.h"
#include "data/table.h"
#include "data/table_slots.h"
#include "data/value.h"
#include "space/file_check.h"
#include "store/heap.h"
#include "sync/barrier.h"
#include "sync/condition.h"
#include "sync/event.h"
#include "sync/latch.h"
#include "sync/lock.h"
#include "sync/rlock.h"
#include "sync/rwlock.h"
#include "sync/semaphore.h"

/* An object that is being made or destroyed may not have the block yet, or no
 * more. */
static bool block_holds(struct tl_file_check *check, uint64_t block,
                        uint64_t least, bool whole)
{
    return (!block && !whole) || tl_file_check_block(check, block, least);
}

/* An object's guard, or a wait queue.  Nobody takes those of an object that is
 * not whole. */
static bool guard_holds(struct tl_file_check *check,
                        const struct tl_guard *guard, const void *object,
                        bool whole)
{
    return !whole || tl_file_check_guard(check, guard, TL_GUARD_OBJECT, object);
}

static bool condition_holds(struct tl_file_check *check,
                            const struct tl_wait_queue *condition,
                            const void *object, bool whole)
{
    return !whole || tl_file_check_condition(check, condition, object);
}

static bool hold_holds(struct tl_file_check *check,
                       const struct tl_owner *owner, const void *object,
                       bool whole)
{
    return !whole || tl_file_check_hold(check, owner, object);
}

/* ---- one word, or nearly ---- */

static bool lock_holds(struct tl_file_check *check, struct tl_object *object,
                       bool whole)
{
    return hold_holds(check, &((struct tl_lock *)object)->owner, object, whole);
}

static bool rlock_holds(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    return hold_holds(check, &((struct tl_rlock *)object)->owner, object,
                      whole);
}

static bool event_holds(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    return condition_holds(check, &((struct tl_event_object *)object)->was_set,
                           object, whole);
}

static bool latch_holds(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    return condition_holds(check, &((struct tl_latch *)object)->opened, object,
                           whole);
}

static bool value_holds(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    return hold_holds(check, &((struct tl_value *)object)->writer, object,
                      whole);
}

/* ---- by task ---- */

/* Only tasks that have a slot have any of it: no other would ever give it back.
 */
static bool counts_hold(uint64_t block, uint64_t most)
{
    const uint32_t *counts = tl_at(block);
    for (uint32_t n = 0; n <= tl_task_limit(); n++) {
        if (counts[n] > most ||
            (counts[n] && (n == 0 || !tl_task_taken(tl_task_at(n)))))
            return false;
        most -= counts[n];
    }
    return true;
}

static bool semaphore_holds(struct tl_file_check *check,
                            struct tl_object *object, bool whole)
{
    struct tl_semaphore *it = (struct tl_semaphore *)object;
    uint64_t size = (tl_task_limit() + 1) * sizeof(uint32_t);
    uint64_t free_seats = atomic_load(&it->word);
    bool bounded = it->bound > 0;
    if (!guard_holds(check, &it->guard, object, whole) ||
        !condition_holds(check, &it->released, object, whole) ||
        (!bounded && it->seats) ||
        (bounded && !block_holds(check, it->seats, size, whole)))
        return false;
    if (!bounded || !whole)
        return true;
    /* while nobody has the guard the word is what is left; whoever takes the
     * guard over counts again */
    return free_seats <= it->bound && counts_hold(it->seats, it->bound) &&
           (!check->quiet || free_seats == it->bound);
}

static bool rwlock_holds(struct tl_file_check *check, struct tl_object *object,
                         bool whole)
{
    struct tl_rwlock *it = (struct tl_rwlock *)object;
    uint64_t size = (tl_task_limit() + 1) * sizeof(uint32_t);
    uint32_t writer = atomic_load(&it->writer);
    if (!guard_holds(check, &it->guard, object, whole) ||
        !condition_holds(check, &it->can_read, object, whole) ||
        !condition_holds(check, &it->can_write, object, whole) ||
        !block_holds(check, it->readers, size, whole))
        return false;
    return !whole || ((writer == 0 || tl_file_check_id(writer)) &&
                      counts_hold(it->readers, UINT32_MAX));
}

static bool barrier_holds(struct tl_file_check *check, struct tl_object *object,
                          bool whole)
{
    struct tl_barrier *it = (struct tl_barrier *)object;
    return guard_holds(check, &it->guard, object, whole) &&
           condition_holds(check, &it->moved, object, whole) &&
           (!whole || it->parties > 0) &&
           block_holds(check, it->members, it->parties * sizeof(uint64_t),
                       whole);
}

static bool is_lock(tl_ref ref)
{
    uint64_t kind = ((struct tl_object *)tl_ref_object(ref))->kind;
    return kind == TL_KIND_LOCK;
}

/* The rows of tickets.  In a circle of rows a block would have two owners. */
static bool rows_hold(struct tl_file_check *check,
                      const struct tl_condition *condition, bool whole)
{
    uint64_t size =
        sizeof(struct tl_ticket_row) + (tl_task_limit() + 1) * sizeof(uint64_t);
    uint64_t at = condition->tickets.rows;
    if (!at)
        return !whole;
    for (; at; at = atomic_load(&((struct tl_ticket_row *)tl_at(at))->next))
        if (!tl_file_check_block(check, at, size))
            return false;
    return true;
}

static bool condition_is_sound(struct tl_file_check *check,
                               struct tl_object *object, bool whole)
{
    struct tl_condition *it = (struct tl_condition *)object;
    bool has_lock = it->lock && tl_file_check_ref(check, it->lock);
    return guard_holds(check, &it->guard, object, whole) &&
           condition_holds(check, &it->tickets.notified, object, whole) &&
           (has_lock ? is_lock(it->lock) : !whole && !it->lock) &&
           rows_hold(check, it, whole);
}

/* ---- bytes ---- */

static bool array_holds(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    struct tl_array *it = (struct tl_array *)object;
    if (it->type >= TL_ELEMENTS || it->length > UINT64_MAX / 16)
        return false;
    return block_holds(check, it->elements,
                       it->length * tl_element_size(it->type), whole);
}

static bool buffer_holds(struct tl_file_check *check, struct tl_object *object,
                         bool whole)
{
    struct tl_buffer *it = (struct tl_buffer *)object;
    return block_holds(check, it->bytes, it->size, whole);
}

/* ---- tables ---- */

static bool key_holds(struct tl_file_check *check, const struct tl_slot *slot)
{
    uint64_t type = slot->meta & 0xff, size = slot->meta >> 8 & 0xff;
    if (tl_slot_is_long(slot))
        return type == TL_KEY_STRING && slot->key[1] > TL_SLOT_KEY &&
               tl_file_check_block(check, slot->key[0], slot->key[1]);
    return type == TL_KEY_STRING
               ? size <= TL_SLOT_KEY
               : (type == TL_KEY_INTEGER || type == TL_KEY_FLOAT ||
                  type == TL_KEY_BOOLEAN) &&
                     size == 8;
}

static bool slot_holds(struct tl_file_check *check,
                       const struct tl_table *table, const struct tl_slot *slot)
{
    if (!slot->meta)
        return true;
    if (!key_holds(check, slot))
        return false;
    if (tl_slot_is_packed(slot))
        return tl_file_check_message(check, slot->value[0], &table->log);
    return tl_slot_value_size(slot) <= TL_SLOT_VALUE;
}

/* A power of two of slots, and room left in the index, so that a search ends.
 */
static bool slots_hold(struct tl_file_check *check,
                       const struct tl_table *table)
{
    if (!tl_file_check_block(check, table->slots, sizeof(struct tl_slots)))
        return false;
    uint64_t capacity = tl_slots_capacity(table);
    if (capacity < TL_SLOTS_LEAST || (capacity & (capacity - 1)) ||
        capacity > UINT32_MAX ||
        tl_slots_size(capacity) > tl_heap_size(table->slots) ||
        table->used > capacity || table->live > table->used ||
        !tl_slots_index_holds(table))
        return false;
    for (uint64_t i = 0; i < table->used; i++)
        if (!slot_holds(check, table, tl_slots_at(table, i)))
            return false;
    return true;
}

static bool table_holds(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    struct tl_table *it = (struct tl_table *)object;
    if (!it->slots)
        return !whole;
    if (!tl_file_check_log(check, &it->log, TL_GUARD_OBJECT, object) ||
        !tl_file_check_hold(check, &it->writer, object) ||
        !slots_hold(check, it))
        return false;
    return !whole || tl_slots_check(it);
}

/* ---- by kind ---- */

const struct tl_file_check_kind tl_file_check_kinds[TL_KINDS] = {
    [TL_KIND_LOCK] = {lock_holds},
    [TL_KIND_SEMAPHORE] = {semaphore_holds},
    [TL_KIND_EVENT] = {event_holds},
    [TL_KIND_BARRIER] = {barrier_holds},
    [TL_KIND_VALUE] = {value_holds},
    [TL_KIND_QUEUE] = {tl_file_check_queue},
    [TL_KIND_LATCH] = {latch_holds},
    [TL_KIND_RLOCK] = {rlock_holds},
    [TL_KIND_RWLOCK] = {rwlock_holds},
    [TL_KIND_CONDITION] = {condition_is_sound},
    [TL_KIND_ARRAY] = {array_holds},
    [TL_KIND_BUFFER] = {buffer_holds},
    [TL_KIND_TABLE] = {table_holds},
};
