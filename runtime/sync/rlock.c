#include "sync/rlock.h"

#include "base/fault.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "tasks/life.h"

static struct tl_rlock *rlock_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_rlock_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_rlock *rlock =
        tl_constructor_begin(out, TL_KIND_RLOCK, name, 0, &status);
    if (!rlock)
        return status;
    tl_owner_init(&rlock->owner, rlock);
    return tl_constructor_finish(out, 0);
}

int tl_rlock_acquire(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter_until(handle, TL_OP_RLOCK_ACQUIRE, deadline);
    if (status < 0)
        return status;
    struct tl_rlock *rlock = rlock_of(handle);
    if (tl_owner_holder(&rlock->owner) == tl_task_id(tl_self)) {
        if (rlock->depth == UINT32_MAX)
            return TL_OVER;
        rlock->depth++;
        return TL_OK;
    }
    status = tl_owner_acquire(&rlock->owner, deadline);
    if (status >= 0)
        rlock->depth = 1;
    tl_fault();
    return status;
}

int tl_rlock_release(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_RLOCK_RELEASE);
    if (status < 0)
        return status;
    struct tl_rlock *rlock = rlock_of(handle);
    if (tl_owner_holder(&rlock->owner) != tl_task_id(tl_self))
        return TL_NOT_HOLDER;
    rlock->depth--;
    tl_fault();
    return rlock->depth > 0 ? TL_OK : tl_owner_release(&rlock->owner);
}

bool tl_rlock_holder(const struct tl_handle *handle, char name[TL_NAME_SIZE])
{
    if (tl_enter(handle, TL_OP_RLOCK_HOLDER) < 0)
        return false;
    tl_life_sweep(); /* the dead hold nothing */
    return tl_owner_holder_name(&rlock_of(handle)->owner, name);
}
