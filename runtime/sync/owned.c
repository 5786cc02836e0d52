#include "sync/owned.h"

#include "sync/owner.h"

/* NULL: it is no such object any more, as one of another task's may find that
 * is looked at with no guard; the kind is read once. */
static struct tl_owner *owner_of(const struct tl_object *object)
{
    uint64_t kind = *(const volatile uint64_t *)&object->kind;
    size_t at = kind < TL_KINDS ? tl_upcalls->kinds[kind].owned_by : 0;
    return at ? (struct tl_owner *)((unsigned char *)object + at) : NULL;
}

void tl_owned_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    struct tl_owner *owner = owner_of(object);
    (void)side;
    text[0] = '\0';
    if (owner)
        tl_owner_describe(owner, text, size);
}

void tl_owned_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell)
{
    (void)cell;
    tl_owner_task_died(owner_of(object), dead);
}

bool tl_owned_in_use(const struct tl_object *object, const struct tl_task *task,
                     const struct tl_cell *cell)
{
    (void)cell;
    return tl_owner_holder(owner_of(object)) == tl_task_id(task);
}

uint32_t tl_owned_holder(const struct tl_object *object, uint32_t verb,
                         uint32_t after)
{
    struct tl_owner *owner = owner_of(object);
    (void)verb;
    return owner ? tl_owner_next(owner, after) : 0;
}
