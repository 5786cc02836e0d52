/*
 * File check, guards: guards, wait queues, owners and logs: that each is free,
 * or belongs to a task that died with it and whose repair can deal with it.
 */
#include <stdlib.h>
#include <string.h>

#include "space/file_check.h"
#include "sync/owner.h"

bool tl_file_check_note(struct tl_file_check *check,
                        struct tl_file_check_list *list, uint64_t offset)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 256;
        uint64_t *moved = realloc(list->at, room * sizeof *moved);
        if (!moved) {
            check->no_memory = true;
            return false;
        }
        list->at = moved;
        list->room = room;
    }
    list->at[list->count++] = offset;
    return true;
}

bool tl_file_check_has(const struct tl_file_check_list *list, uint64_t offset)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i] == offset)
            return true;
    return false;
}

bool tl_file_check_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

bool tl_file_check_id(uint32_t id)
{
    uint32_t number = id & TL_NUMBER_MASK;
    return number > 0 && number <= tl_task_limit() && id <= TL_ID_MASK &&
           tl_task_id(tl_task_at(number)) == id &&
           tl_task_taken(tl_task_at(number));
}

/* The guard is free, or a task died inside that says so. */
static bool holder_says_so(const struct tl_guard *guard)
{
    uint32_t word = atomic_load(&guard->word), id = word & TL_ID_MASK;
    if (word == 0)
        return true;
    return tl_file_check_id(id) &&
           atomic_load(&tl_task_of(id)->inside) == tl_offset(guard);
}

bool tl_file_check_guard(struct tl_file_check *check,
                         const struct tl_guard *guard, enum tl_guard_role role,
                         const void *object)
{
    return guard->role == (uint32_t)role &&
           guard->object == (object ? tl_offset(object) : 0) &&
           holder_says_so(guard) &&
           tl_file_check_note(check, &check->guards, tl_offset(guard));
}

static bool is_node_of(uint64_t offset, uint64_t condition)
{
    for (uint32_t n = 1; n <= tl_task_highest(); n++) {
        struct tl_task *task = tl_task_at(n);
        for (uint32_t i = 0; i < tl_wait_queue_used(task); i++) {
            const struct tl_waiter *node = tl_wait_queue_node(task, i);
            if (tl_offset(node) == offset)
                return node->task == n &&
                       atomic_load(&node->condition) == condition;
        }
    }
    return false;
}

/* The list ends, and is as long as `n` says. */
static bool list_holds(const struct tl_wait_queue *condition)
{
    uint64_t before = 0, at = condition->first;
    uint32_t left = atomic_load(&condition->n);
    for (; at && left > 0; left--) {
        if (!is_node_of(at, tl_offset(condition)))
            return false;
        const struct tl_waiter *node = tl_at(at);
        if (node->previous != before || !atomic_load(&node->linked))
            return false;
        before = at;
        at = node->next;
    }
    return !at && left == 0 && condition->last == before;
}

bool tl_file_check_condition(struct tl_file_check *check,
                             const struct tl_wait_queue *condition,
                             const void *object)
{
    if (condition->verb > TL_VERB_WRITE ||
        !tl_file_check_guard(check, &condition->guard, TL_GUARD_WAIT_QUEUE,
                             object))
        return false;
    /* whoever takes the guard over empties the list without a look at it */
    return atomic_load(&condition->guard.word) || list_holds(condition);
}

bool tl_file_check_hold(struct tl_file_check *check,
                        const struct tl_owner *owner, const void *object)
{
    uint64_t word = atomic_load(&owner->word);
    uint32_t holder = (uint32_t)(word & TL_ID_MASK);
    return word <= (TL_OWNER_ABANDONED | TL_OWNER_HUNGRY | TL_ID_MASK) &&
           (holder == 0 || tl_file_check_id(holder)) &&
           tl_file_check_condition(check, &owner->released, object) &&
           tl_file_check_note(check, &check->holds, tl_offset(owner));
}

static bool can_replay(const struct tl_log *log, uint32_t count)
{
    uint64_t last = atomic_load(&tl_root()->backed) - sizeof(uint64_t);
    if (count > TL_LOG_MOST || !atomic_load(&log->guard.word))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (log->words[i].at < sizeof(struct tl_root) ||
            log->words[i].at > last || log->words[i].at % sizeof(uint64_t))
            return false;
    return true;
}

bool tl_file_check_replay(struct tl_log *log, bool *replayed)
{
    uint32_t count = atomic_load(&log->count);
    if (count == 0)
        return true;
    if (!can_replay(log, count))
        return false;
    /* a copy: the damaged step may write over the log itself */
    struct tl_log copy = *log;
    atomic_store(&log->count, 0);
    for (uint32_t i = 0; i < count; i++)
        memcpy(tl_at(copy.words[i].at), &copy.words[i].value, sizeof(uint64_t));
    *replayed = true;
    return true;
}

bool tl_file_check_log(struct tl_file_check *check, struct tl_log *log,
                       enum tl_guard_role role, const void *object)
{
    /* a step was finished: the look begins again */
    return tl_file_check_replay(log, &check->replayed) && !check->replayed &&
           tl_file_check_guard(check, &log->guard, role, object);
}
