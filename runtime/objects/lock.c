#include "lock.h"

#include "constructor.h"
#include "handle.h"
#include "tasks/death.h"

static struct tl_lock *lock_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_lock_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_lock *lock =
        tl_constructor_begin(out, TL_KIND_LOCK, name, 0, &status);
    if (!lock)
        return status;
    tl_hold_init(&lock->hold, lock);
    return tl_constructor_finish(out, 0);
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
    tl_death_sweep(); /* the dead hold nothing */
    return tl_hold_holder_name(&lock_of(handle)->hold, name);
}

void tl_lock_describe(const struct tl_object *object, int side, char *text,
                      size_t size)
{
    (void)side;
    tl_hold_describe(&((const struct tl_lock *)object)->hold, text, size);
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

uint32_t tl_lock_holder_id(const struct tl_object *object, uint32_t verb,
                           uint32_t after)
{
    (void)verb;
    return tl_hold_next(&((const struct tl_lock *)object)->hold, after);
}
