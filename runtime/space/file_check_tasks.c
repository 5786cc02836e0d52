/*
 * File check, tasks: that each slot of the table is free and clean, or tells
 * of a dead task's debts what its recovery can settle.
 */
#include <string.h>

#include "park/wait_queue.h"
#include "space/file_check.h"
#include "store/cell.h"
#include "store/heap.h"
#include "store/refs.h"
#include "sync/owner.h"
#include "tasks/life.h"

#define STATE_BYTE 0xff

/* ---- slots ---- */

static bool number_fits(uint32_t number)
{
    return number <= tl_task_limit();
}

static bool id_fits(uint32_t id)
{
    return id <= TL_ID_MASK && number_fits(id & TL_NUMBER_MASK);
}

static bool state_fits(const struct tl_task *task, uint32_t number)
{
    uint64_t state = atomic_load(&task->state);
    uint32_t id = tl_task_id(task);
    bool is_free = (state & STATE_BYTE) == TL_TASK_FREE;
    if (id == 0) /* never used */
        return state == 0;
    /* the first tenant's id comes before its claim; and a tenant's next one
     * before its slot is free */
    return (state & STATE_BYTE) <= TL_TASK_LEAVING && id <= TL_ID_MASK &&
           id >> TL_NUMBER_BITS && (id & TL_NUMBER_MASK) == number &&
           number_fits(tl_task_creator(task)) &&
           (!is_free || tl_task_state_is_of(state, id) ||
            (state == 0 && id >> TL_NUMBER_BITS == 1));
}

/* Nothing is left of the tenant before: whoever claims the slot relies on that.
 */
static bool is_clean(const struct tl_task *task)
{
    static const uint64_t none[TL_OWNED_BLOCKS];
    return atomic_load(&task->inside) == 0 && task->note.doing == 0 &&
           memcmp(task->owned_blocks, none, sizeof none) == 0 &&
           atomic_load(&task->pending) == 0 &&
           atomic_load(&task->waiter.condition) == 0 &&
           atomic_load(&task->waiter.linked) == 0 &&
           atomic_load(&task->waiters) <= 1 && atomic_load(&task->cells) == 0 &&
           task->cells_full == 0 && task->parent == 0 && task->name[0] == 0;
}

static bool texts_end(const struct tl_task *task)
{
    return tl_file_check_text(task->name, sizeof task->name) &&
           tl_file_check_text(task->where, sizeof task->where) &&
           tl_file_check_text(task->far, sizeof task->far);
}

/* The blocks that stay with the slot; *room for so many more than the first
 * ones, of `size` bytes and first in chunks of `first`. */
static bool chunks_hold(struct tl_file_check *check, const uint64_t *chunks,
                        unsigned most, uint64_t first, uint64_t size,
                        uint64_t *room)
{
    bool ended = false;
    *room = 0;
    for (unsigned k = 0; k < most; k++) {
        if (!chunks[k]) {
            ended = true;
            continue;
        }
        if (ended ||
            !tl_file_check_block(check, chunks[k], (first << k) * size))
            return false;
        *room += first << k;
    }
    return true;
}

static bool cells_hold(struct tl_file_check *check, struct tl_task *task)
{
    uint64_t room;
    uint32_t count = atomic_load(&task->cells);
    if (!chunks_hold(check, task->chunks, TL_CELL_CHUNKS, TL_CELLS_FIRST,
                     sizeof(struct tl_cell), &room) ||
        count > TL_CELLS_FIRST + room || task->cells_full > count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        tl_ref ref = tl_cell_at(task, i)->ref;
        if (ref && !tl_file_check_ref(check, ref))
            return false;
    }
    return true;
}

static bool note_holds(struct tl_task *task)
{
    uint32_t count = atomic_load(&task->cells);
    if (task->note.doing > TL_DOING_GROW)
        return false;
    if (task->note.doing == TL_DOING_NOTHING || !task->note.cell)
        return true;
    for (uint32_t i = 0; i < count; i++)
        if (tl_offset(tl_cell_at(task, i)) == task->note.cell)
            return true;
    return false;
}

static bool slot_holds(struct tl_file_check *check, struct tl_task *task,
                       uint32_t number)
{
    uint64_t waiters;
    if (!state_fits(task, number) || !tl_life_sound(task) ||
        (task->waiter.task && task->waiter.task != number) ||
        !id_fits(atomic_load(&task->cleaner)) || !id_fits(task->parent) ||
        atomic_load(&task->park) > TL_PARK_POLLS ||
        /* a space knows no processes */
        task->process || task->process_cell.ref || !texts_end(task) ||
        !chunks_hold(check, task->waiter_chunks, TL_WAITER_CHUNKS,
                     TL_WAITERS_FIRST, sizeof(struct tl_waiter), &waiters) ||
        atomic_load(&task->waiters) > waiters + 1)
        return false;
    if (tl_task_taken(task))
        check->quiet = false;
    else if (!is_clean(task))
        return false;
    return cells_hold(check, task) && note_holds(task);
}

bool tl_file_check_slots(struct tl_file_check *check)
{
    struct tl_task_table *table = tl_task_table();
    check->quiet = true;
    if (tl_task_highest() > table->limit)
        return false;
    /* those above the highest as well: one of them is the next that is used */
    for (uint32_t n = 1; n <= table->limit; n++) {
        struct tl_task *task = tl_task_at(n);
        if (!slot_holds(check, task, n) ||
            (n > tl_task_highest() && tl_task_taken(task)))
            return false;
    }
    return true;
}

/* ---- owned blocks ---- */

/* A block that a task owns while it is inside a guard may also be named by an
 * object: the repair knows whose it is. */
static bool may_share(const struct tl_task *task)
{
    return atomic_load(&task->inside) || task->note.doing;
}

static bool is_owned_elsewhere(struct tl_file_check *check,
                               const struct tl_task *task, uint64_t block)
{
    return may_share(task) && tl_file_check_is_owned(check, block);
}

static bool message_holds(struct tl_file_check *check,
                          const struct tl_task *task, uint64_t block)
{
    return !block || is_owned_elsewhere(check, task, block) ||
           tl_file_check_carried(check, block);
}

static bool segment_holds(struct tl_file_check *check,
                          const struct tl_task *task, uint64_t block)
{
    return !block || is_owned_elsewhere(check, task, block) ||
           tl_file_check_block(check, block, 0);
}

static bool object_holds(struct tl_file_check *check,
                         const struct tl_task *task, uint64_t block)
{
    if (!block || is_owned_elsewhere(check, task, block))
        return true;
    if (!tl_file_check_block(check, block, sizeof(struct tl_object)))
        return false;
    struct tl_object *object = tl_at(block);
    uint64_t size = tl_file_check_kind_size(check, object->kind);
    return object->kind == TL_KIND_NONE ||
           (size > 0 && tl_heap_size(block) >= size &&
            tl_file_check_kind(check, object, false));
}

static bool owned_blocks_hold(struct tl_file_check *check,
                              const struct tl_task *task)
{
    const uint64_t *owned = task->owned_blocks;
    uint64_t kept = owned[TL_OWNED_KEPT_MESSAGE];
    uint64_t kept_segment = owned[TL_OWNED_KEPT_SEGMENT];
    return message_holds(check, task, owned[TL_OWNED_MESSAGE]) &&
           (kept == owned[TL_OWNED_MESSAGE] ||
            message_holds(check, task, kept)) &&
           segment_holds(check, task, owned[TL_OWNED_SEGMENT]) &&
           (kept_segment == owned[TL_OWNED_SEGMENT] ||
            segment_holds(check, task, kept_segment)) &&
           object_holds(check, task, owned[TL_OWNED_OBJECT]) &&
           object_holds(check, task, owned[TL_OWNED_RECLAIMED]);
}

bool tl_file_check_owned_blocks(struct tl_file_check *check)
{
    for (uint32_t n = 1; n <= tl_task_highest(); n++)
        if (!owned_blocks_hold(check, tl_task_at(n)))
            return false;
    return true;
}

/* ---- waits ---- */

/* Where the node says that it is linked, it is on its queue's list. */
static bool is_listed(const struct tl_waiter *node,
                      const struct tl_wait_queue *condition)
{
    uint64_t at = condition->first;
    while (at && at != tl_offset(node))
        at = ((const struct tl_waiter *)tl_at(at))->next;
    return at != 0;
}

static bool node_holds(const struct tl_file_check *check,
                       const struct tl_waiter *node, uint32_t number)
{
    uint64_t at = atomic_load(&node->condition);
    if (!at)
        return true;
    if (!tl_file_check_has(&check->guards, at) ||
        ((struct tl_guard *)tl_at(at))->role != TL_GUARD_WAIT_QUEUE ||
        node->task != number)
        return false;
    const struct tl_wait_queue *condition = tl_at(at);
    return atomic_load(&condition->guard.word) || !atomic_load(&node->linked) ||
           is_listed(node, condition);
}

static bool waits_hold(const struct tl_file_check *check, struct tl_task *task,
                       uint32_t number)
{
    uint64_t inside = atomic_load(&task->inside);
    /* whoever follows `pending` checks what it names (sync/cycle) */
    if (inside && !tl_file_check_has(&check->guards, inside))
        return false;
    for (uint32_t i = 0; i < tl_wait_queue_used(task); i++)
        if (!node_holds(check, tl_wait_queue_node(task, i), number))
            return false;
    return true;
}

bool tl_file_check_waits(struct tl_file_check *check)
{
    for (uint32_t n = 1; n <= tl_task_highest(); n++)
        if (!waits_hold(check, tl_task_at(n), n))
            return false;
    return true;
}
