/*
 * Table: updates, get and set, and keys that end.
 *
 * A set packs a large value with no guard held.  Then it tries, in one step of
 * the log under the guard.  What a try lacks (the turn to write, a block for a
 * long key, other slots) the task gets with the guard free, and tries again.
 */
#include "data/table.h"

#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/world.h"
#include "data/table_slots.h"
#include "store/heap.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "store/message.h"

static struct tl_table *table_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_table_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_table *table =
        tl_constructor_begin(out, TL_KIND_TABLE, name, 0, &status);
    if (!table)
        return status;
    tl_log_init(&table->log, TL_GUARD_OBJECT);
    tl_guard_init(&table->log.guard, TL_GUARD_OBJECT, table);
    tl_owner_init(&table->writer, table);
    status = tl_slots_take(&table->slots, TL_SLOTS_LEAST);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    return tl_constructor_finish(out, 0);
}

/* ---- updates ---- */

static uint32_t writer_of(const struct tl_table *table)
{
    return tl_owner_holder(&table->writer);
}

/* Becomes the writer.  One that died left every value whole, so TL_ABANDONED is
 * not told. */
static int begin(struct tl_table *table, tl_deadline deadline)
{
    if (writer_of(table) == tl_task_id(tl_self)) {
        table->depth++;
        return TL_OK;
    }
    int status = tl_owner_acquire(&table->writer, deadline);
    if (status < 0)
        return status;
    table->depth = 1;
    return TL_OK;
}

static int end(struct tl_table *table)
{
    if (writer_of(table) != tl_task_id(tl_self))
        return TL_NOT_HOLDER;
    table->depth--;
    return table->depth > 0 ? TL_OK : tl_owner_release(&table->writer);
}

int tl_table_begin(const struct tl_handle *handle, enum tl_table_change change,
                   tl_deadline deadline)
{
    int status = tl_enter(handle, change == TL_TABLE_ADD ? TL_OP_TABLE_ADD
                                                         : TL_OP_TABLE_UPDATE);
    return status < 0 ? status : begin(table_of(handle), deadline);
}

int tl_table_end(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_NONE);
    return status < 0 ? status : end(table_of(handle));
}

/* ---- get ---- */

static tl_deadline end_of(const struct tl_table *table,
                          const struct tl_slot *slot)
{
    uint64_t end = table->soonest ? *tl_slots_end_of(table, slot) : 0;
    return end ? (tl_deadline)end : TL_FOREVER;
}

/* Under the guard.  A message block that is small is copied too: that costs
 * less than to own it for a while. */
static int read_value(struct tl_table *table, const struct tl_slot *slot,
                      struct tl_parcel *parcel)
{
    parcel->refs = NULL;
    parcel->ref_count = 0;
    parcel->data = parcel->small;
    parcel->block = 0;
    parcel->arena = tl_arena;
    parcel->size = tl_slot_value_size(slot);
    if (!tl_slot_is_packed(slot)) {
        memcpy(parcel->small, slot->value, sizeof slot->value);
        return TL_OK;
    }
    uint64_t block = slot->value[0];
    tl_message_show(block, parcel);
    if (parcel->ref_count == 0 && parcel->size <= sizeof parcel->small) {
        memcpy(parcel->small, parcel->data, parcel->size);
        parcel->data = parcel->small;
    } else {
        tl_message_share(&table->log, &tl_self->owned_blocks[TL_OWNED_MESSAGE],
                         block);
        parcel->block = block;
    }
    return TL_OK;
}

int tl_table_get_until(const struct tl_handle *handle, const struct tl_key *key,
                       struct tl_parcel *parcel, tl_deadline *end, bool part)
{
    struct tl_slot_key wanted = tl_slot_key_of(key);
    int status =
        tl_enter_at(handle, part ? TL_OP_NONE : TL_OP_TABLE_GET, wanted.hash);
    if (status < 0)
        return status;
    struct tl_table *table = table_of(handle);
    uint64_t *vacant;
    /* the block of a parcel that was never dropped */
    tl_message_drop(&tl_self->owned_blocks[TL_OWNED_MESSAGE]);
    tl_table_reap(table);
    tl_log_begin(&table->log);
    const struct tl_slot *slot = tl_slots_find(table, &wanted, &vacant);
    if (slot && tl_slots_over(table, slot))
        slot = NULL;
    *end = slot ? end_of(table, slot) : TL_FOREVER;
    status = slot ? read_value(table, slot, parcel) : TL_EMPTY;
    tl_log_end(&table->log);
    return status;
}

/* ---- set ---- */

/* A value on its way into a slot: in bytes, or in a message block that this
 * task owns. */
struct value {
    uint64_t end;  /* of the key, or 0 */
    uint32_t size; /* of the bytes, or TL_SLOT_PACKED */
    uint64_t words[TL_SLOT_VALUE / 8];
};

static int prepare_value(struct tl_table *table, const struct tl_message *m,
                         struct value *value)
{
    if (m->size <= TL_SLOT_VALUE && m->ref_count == 0) {
        value->size = (uint32_t)m->size;
        tl_message_copy((unsigned char *)value->words, m);
        return TL_OK;
    }
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    int status = tl_message_pack(owned, m);
    if (status < 0)
        return status;
    tl_message_make_shared(*owned, &table->log);
    value->size = TL_SLOT_PACKED;
    value->words[0] = *owned;
    return TL_OK;
}

static uint64_t words_of(uint32_t value_size)
{
    return value_size == TL_SLOT_PACKED ? 1 : (value_size + 7) / 8;
}

static void note_soonest(struct tl_table *table, uint64_t end)
{
    if (end && (!table->soonest || end < table->soonest))
        tl_log_set(&table->log, &table->soonest, end);
}

/* The slot gets the value, and this task the block that was its value. */
static void replace(struct tl_table *table, struct tl_slot *slot,
                    const struct value *value)
{
    struct tl_log *log = &table->log;
    if (table->soonest || value->end)
        tl_log_set(log, tl_slots_end_of(table, slot), value->end);
    note_soonest(table, value->end);
    if (tl_slot_is_packed(slot) || value->size == TL_SLOT_PACKED)
        tl_log_set(log, &tl_self->owned_blocks[TL_OWNED_MESSAGE],
                   tl_slot_is_packed(slot) ? slot->value[0] : 0);
    tl_log_set(log, &slot->meta, tl_slot_meta(slot->meta, value->size));
    for (uint64_t i = 0; i < words_of(value->size); i++)
        tl_log_set(log, &slot->value[i], value->words[i]);
}

/* A new key: the slot beyond those in use is nobody's until `used` moves. */
static void append(struct tl_table *table, const struct tl_slot_key *key,
                   const struct value *value, uint64_t *vacant)
{
    struct tl_slot *slot = tl_slots_at(table, table->used);
    slot->meta = tl_slot_meta(key->meta, value->size);
    memcpy(slot->key, key->words, sizeof slot->key);
    memcpy(slot->value, value->words, sizeof slot->value);
    if (key->bytes)
        slot->key[0] = tl_self->owned_blocks[TL_OWNED_SEGMENT];
    *tl_slots_end_of(table, slot) = value->end;
    tl_fault();
    struct tl_log *log = &table->log;
    note_soonest(table, value->end);
    tl_log_set(log, vacant, tl_slots_index_word(key, table->used));
    tl_log_set(log, &table->used, table->used + 1);
    tl_log_set(log, &table->live, table->live + 1);
    tl_log_set(log, &tl_self->owned_blocks[TL_OWNED_MESSAGE], 0);
    tl_log_set(log, &tl_self->owned_blocks[TL_OWNED_SEGMENT], 0);
}

/* This task gets the slot's blocks. */
static void clear(struct tl_table *table, struct tl_slot *slot)
{
    struct tl_log *log = &table->log;
    tl_log_set(log, &slot->meta, 0);
    tl_log_set(log, &table->live, table->live - 1);
    tl_log_set(log, &tl_self->owned_blocks[TL_OWNED_MESSAGE],
               tl_slot_is_packed(slot) ? slot->value[0] : 0);
    tl_log_set(log, &tl_self->owned_blocks[TL_OWNED_SEGMENT],
               tl_slot_is_long(slot) ? slot->key[0] : 0);
}

/* What one try at a set needs before it can go on; FEWER: it is done, but the
 * slots are mostly empty. */
enum need { NEED_NOTHING, NEED_TURN, NEED_KEY, NEED_SLOTS, NEED_FEWER };

/* In a step of the log: sets the key, or removes it where value is NULL. */
static enum need try_set(struct tl_table *table, const struct tl_slot_key *key,
                         const struct value *value)
{
    uint64_t *vacant;
    uint32_t writer = writer_of(table);
    if (writer && writer != tl_task_id(tl_self))
        return NEED_TURN;
    struct tl_slot *slot = tl_slots_find(table, key, &vacant);
    if (slot && value) {
        replace(table, slot, value);
    } else if (slot) {
        clear(table, slot);
        return tl_slots_sparse(table) ? NEED_FEWER : NEED_NOTHING;
    } else if (value) {
        if (table->used == tl_slots_capacity(table))
            return NEED_SLOTS;
        if (key->bytes && !tl_self->owned_blocks[TL_OWNED_SEGMENT])
            return NEED_KEY;
        append(table, key, value, vacant);
    }
    return NEED_NOTHING;
}

/* Makes a block of a long key's bytes, for this task to own. */
static int take_key(const struct tl_slot_key *key)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    int status = tl_heap_take(owned, key->words[1]);
    if (status == TL_OK)
        memcpy(tl_at(*owned), key->bytes, key->words[1]);
    return status;
}

/* Moves to a block of more or fewer slots, where that is wanted.  Other tasks
 * may do the same meanwhile. */
static int fit_slots(struct tl_table *table)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    tl_heap_release(owned, 0); /* a key: of no use any more, or taken again */
    tl_guard_take(&table->log.guard, TL_FOREVER);
    uint64_t wanted = tl_slots_wanted(table);
    tl_guard_drop(&table->log.guard);
    if (!wanted)
        return TL_OK;
    int status = tl_slots_take(owned, wanted);
    if (status < 0)
        return status;
    tl_log_begin(&table->log);
    tl_slots_move(table, owned);
    tl_log_end(&table->log);
    tl_heap_release(owned, 0);
    return TL_OK;
}

static int set_prepared(struct tl_table *table, const struct tl_slot_key *key,
                        const struct value *value)
{
    bool turn = false;
    int status = TL_OK;
    enum need need = NEED_TURN;
    while (status == TL_OK && need != NEED_NOTHING) {
        tl_log_begin(&table->log);
        need = try_set(table, key, value);
        tl_log_end(&table->log);
        switch (need) {
        case NEED_NOTHING:
            break;
        case NEED_TURN:
            status = begin(table, TL_FOREVER);
            turn = status == TL_OK;
            break;
        case NEED_KEY:
            status = take_key(key);
            break;
        case NEED_SLOTS:
            status = fit_slots(table);
            break;
        case NEED_FEWER:
            /* where there is no memory to move to, it stays as it is */
            fit_slots(table);
            need = NEED_NOTHING;
        }
    }
    if (turn)
        end(table);
    return status;
}

int tl_table_set_until(const struct tl_handle *handle, const struct tl_key *key,
                       const struct tl_message *m, tl_deadline end, bool part)
{
    struct tl_slot_key wanted = tl_slot_key_of(key);
    int status =
        tl_enter_at(handle, part ? TL_OP_NONE : TL_OP_TABLE_SET, wanted.hash);
    if (status < 0)
        return status;
    struct tl_table *table = table_of(handle);
    struct value value = {.end = end == TL_FOREVER ? 0
                                 : end > 0         ? (uint64_t)end
                                                   : 1};
    tl_table_reap(table);
    if (m)
        status = prepare_value(table, m, &value);
    if (status == TL_OK)
        status = set_prepared(table, &wanted, m ? &value : NULL);
    if (status == TL_OK && m && end != TL_FOREVER)
        tl_world_expires(end);
    /* the blocks that were there before; or the new ones, where not set */
    tl_message_drop(&tl_self->owned_blocks[TL_OWNED_MESSAGE]);
    tl_heap_release(&tl_self->owned_blocks[TL_OWNED_SEGMENT], 0);
    return status;
}

/* ---- keys that have ended ---- */

/* Times the number of slots: how long until all slots are looked at again. */
#define REAP_PAUSE 100 /* nanoseconds */

/* This task takes the blocks of one key that is over.  False: there was none,
 * and it is noted when there may be. */
static bool reap_one(struct tl_table *table, int64_t now, uint64_t *from)
{
    tl_log_begin(&table->log);
    struct tl_slot *slot = tl_slots_next_over(table, now, from);
    if (slot) {
        clear(table, slot);
    } else {
        uint64_t soonest = tl_slots_soonest(table);
        uint64_t least = (uint64_t)now + tl_slots_capacity(table) * REAP_PAUSE;
        tl_log_set(&table->log, &table->soonest,
                   soonest && soonest < least ? least : soonest);
    }
    tl_log_end(&table->log);
    return slot != NULL;
}

void tl_table_reap(struct tl_table *table)
{
    uint64_t soonest = tl_log_peek(&table->soonest), from = 0;
    uint64_t *owned = tl_self->owned_blocks;
    if (__builtin_expect(soonest == 0, 1))
        return;
    int64_t now = tl_clock_now();
    /* not while this task owns a block, which a step would overwrite */
    if ((int64_t)soonest > now || owned[TL_OWNED_MESSAGE] ||
        owned[TL_OWNED_SEGMENT])
        return;
    while (reap_one(table, now, &from)) {
        tl_message_drop(&owned[TL_OWNED_MESSAGE]);
        tl_heap_release(&owned[TL_OWNED_SEGMENT], 0);
    }
    fit_slots(table);
}
