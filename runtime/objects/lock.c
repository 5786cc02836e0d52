#include "lock.h"

#include <stdio.h>
#include <string.h>

#include "handle.h"

static struct tl_lock *lock_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_lock_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_lock *lock = tl_object_make(TL_KIND_LOCK, name, &status);
    if (!lock)
        return status;
    tl_hold_init(&lock->hold, lock);
    return tl_object_publish(out, 0);
}

int tl_lock_acquire(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle);
    return status < 0 ? status
                      : tl_hold_acquire(&lock_of(handle)->hold, deadline);
}

int tl_lock_release(const struct tl_handle *handle)
{
    int status = tl_enter(handle);
    return status < 0 ? status : tl_hold_release(&lock_of(handle)->hold);
}

bool tl_lock_holder(const struct tl_handle *handle, char name[TL_NAME_SIZE])
{
    if (tl_enter(handle) < 0)
        return false;
    uint32_t id = tl_hold_holder(&lock_of(handle)->hold);
    struct tl_task *task = tl_task_of(id);
    if (id)
        memcpy(name, task->name, TL_NAME_SIZE);
    /* the name is only the holder's if the slot was not given away */
    return id && tl_task_id(task) == id;
}

void tl_lock_describe(const struct tl_object *object, int side, char *text,
                      size_t size)
{
    const struct tl_lock *lock = (const struct tl_lock *)object;
    uint64_t word = atomic_load(&lock->hold.word);
    uint32_t id = (uint32_t)word & TL_ID_MASK;
    uint32_t waiting = tl_condition_waiting(&lock->hold.released);
    (void)side;
    if (id)
        snprintf(text, size, "held by %s (pid %d), %u waiting",
                 tl_task_of(id)->name, (int)tl_task_of(id)->pid, waiting);
    else
        snprintf(text, size, "free%s",
                 word & TL_HOLD_ABANDONED ? ", abandoned" : "");
}

void tl_lock_task_died(struct tl_object *object, struct tl_task *dead,
                       struct tl_cell *cell)
{
    (void)cell;
    tl_hold_task_died(&((struct tl_lock *)object)->hold, dead);
}

bool tl_lock_in_use(const struct tl_object *object, const struct tl_task *task,
                    const struct tl_cell *cell)
{
    (void)cell;
    return tl_hold_holder(&((const struct tl_lock *)object)->hold) ==
           tl_task_id(task);
}

uint32_t tl_lock_ender(const struct tl_object *object)
{
    uint32_t id = tl_hold_holder(&((const struct tl_lock *)object)->hold);
    return id & TL_NUMBER_MASK;
}
