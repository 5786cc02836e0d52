/*
 * Table kind: the table's entries in the table of kinds: reports, checks, and
 * recovery.
 */
#include "data/table.h"

#include <stdio.h>

#include "base/fault.h"
#include "data/table_slots.h"
#include "store/heap.h"
#include "store/message.h"

static uint32_t writer_of(const struct tl_table *table)
{
    return tl_owner_holder(&table->writer);
}

void tl_table_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_table *table = (const struct tl_table *)object;
    unsigned long long live = table->live;
    (void)side;
    int wrote = snprintf(text, size, "%llu key%s", live, live == 1 ? "" : "s");
    if (wrote < 0 || (size_t)wrote >= size || !writer_of(table))
        return;
    char writer[TL_TEXT_SIZE];
    tl_owner_describe(&table->writer, writer, sizeof writer);
    snprintf(text + wrote, size - (size_t)wrote, ", %s", writer);
}

bool tl_table_check(const struct tl_object *object)
{
    const struct tl_table *table = (const struct tl_table *)object;
    return atomic_load(&table->log.count) == 0 && tl_slots_check(table);
}

void tl_table_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead)
{
    (void)guard;
    (void)dead;
    tl_log_repair(&((struct tl_table *)object)->log);
}

/* From the last slot to the first: a task that goes on after a dead one begins
 * where that one was. */
void tl_table_destroy(struct tl_object *object)
{
    struct tl_table *table = (struct tl_table *)object;
    while (table->used > 0) {
        struct tl_slot *slot = tl_slots_at(table, table->used - 1);
        if (slot->meta && tl_slot_is_packed(slot))
            tl_message_drop(&slot->value[0]);
        if (slot->meta && tl_slot_is_long(slot))
            tl_heap_release(&slot->key[0], 0);
        table->used--;
        tl_fault();
    }
    tl_heap_release(&table->slots, 0);
}
