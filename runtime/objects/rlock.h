/*
 * Rlock: a lock that its holder may acquire again.
 *
 * `depth` is how often; only the holder looks at it, and whoever acquires the
 * free lock sets it: so nothing is left of a dead holder's.
 */
#ifndef TL_RLOCK_H
#define TL_RLOCK_H

#include "hold.h"
#include "memory/object.h"

struct tl_rlock {
    struct tl_object object;
    _Alignas(TL_LINE) struct tl_hold hold;
    uint32_t depth;
};

void tl_rlock_describe(const struct tl_object *object, int side, char *text,
                       size_t size);
void tl_rlock_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell);
bool tl_rlock_in_use(const struct tl_object *object, const struct tl_task *task,
                     const struct tl_cell *cell);
uint32_t tl_rlock_holder_id(const struct tl_object *object, uint32_t verb,
                            uint32_t after);

#endif
