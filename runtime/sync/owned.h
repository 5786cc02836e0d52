/*
 * Owned: the entries in the table of kinds of an object that one task at a time
 * owns: a lock, or what keeps the writers of a value or a table apart.
 * `owned_by` in its row tells where its tl_owner lies; struct tl_kind tells
 * what the entries mean.
 */
#ifndef TL_OWNED_H
#define TL_OWNED_H

#include "memory/object.h"

void tl_owned_describe(const struct tl_object *object, int side, char *text,
                       size_t size);
void tl_owned_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell);
bool tl_owned_in_use(const struct tl_object *object, const struct tl_task *task,
                     const struct tl_cell *cell);
uint32_t tl_owned_holder(const struct tl_object *object, uint32_t verb,
                         uint32_t after);

#endif
