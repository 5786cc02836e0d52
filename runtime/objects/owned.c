#include "owned.h"

#include "hold.h"

static struct tl_hold *hold_of(const struct tl_object *object)
{
    return (struct tl_hold *)((unsigned char *)object +
                              tl_object_kind(object)->owned_by);
}

void tl_owned_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    (void)side;
    tl_hold_describe(hold_of(object), text, size);
}

void tl_owned_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell)
{
    (void)cell;
    tl_hold_task_died(hold_of(object), dead);
}

bool tl_owned_in_use(const struct tl_object *object, const struct tl_task *task,
                     const struct tl_cell *cell)
{
    (void)cell;
    return tl_hold_holder(hold_of(object)) == tl_task_id(task);
}

uint32_t tl_owned_holder(const struct tl_object *object, uint32_t verb,
                         uint32_t after)
{
    (void)verb;
    return tl_hold_next(hold_of(object), after);
}
