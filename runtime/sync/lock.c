#include "sync/lock.h"

#include "store/constructor.h"
#include "store/handle.h"
#include "tasks/life.h"

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
    tl_owner_init(&lock->owner, lock);
    return tl_constructor_finish(out, 0);
}

int tl_lock_acquire(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter_until(handle, TL_OP_LOCK_ACQUIRE, deadline);
    return status < 0 ? status
                      : tl_owner_acquire(&lock_of(handle)->owner, deadline);
}

int tl_lock_release(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_LOCK_RELEASE);
    return status < 0 ? status : tl_owner_release(&lock_of(handle)->owner);
}

bool tl_lock_holder(const struct tl_handle *handle, char name[TL_NAME_SIZE])
{
    if (tl_enter(handle, TL_OP_LOCK_HOLDER) < 0)
        return false;
    tl_life_sweep(); /* the dead hold nothing */
    return tl_owner_holder_name(&lock_of(handle)->owner, name);
}
