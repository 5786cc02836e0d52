/*
 * Pick: what an exploration chooses besides tasks: which waiter is woken, and
 * the answer to ipc.choose (public/explore).
 *
 * By the next move of the plan, if it is of that kind; else by the strategy.
 */
#ifndef TL_PICK_H
#define TL_PICK_H

#include <stdint.h>

#include "tasks/task.h"

/* See tl_world.whom. */
uint32_t tl_pick_whom(struct tl_task *const *waiters, uint32_t count,
                      bool in_line);

#endif
