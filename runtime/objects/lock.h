/*
 * Lock: one task at a time; passed on as abandoned when its holder dies.
 */
#ifndef TL_LOCK_H
#define TL_LOCK_H

#include "hold.h"
#include "memory/object.h"

struct tl_lock {
    struct tl_object object;
    _Alignas(TL_LINE) struct tl_hold hold;
};

void tl_lock_describe(const struct tl_object *object, int side, char *text,
                      size_t size);
void tl_lock_task_died(struct tl_object *object, struct tl_task *dead,
                       struct tl_cell *cell);
bool tl_lock_in_use(const struct tl_object *object, const struct tl_task *task,
                    const struct tl_cell *cell);
uint32_t tl_lock_holder_id(const struct tl_object *object, uint32_t verb,
                           uint32_t after);

#endif
