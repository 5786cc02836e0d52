/*
 * Layers: what each of them keeps in an arena, made all at once.
 */
#ifndef TL_LAYERS_H
#define TL_LAYERS_H

#include <stdint.h>

/* Furnishes an arena just made.  As tl_task_table_make. */
int tl_layout_make(uint32_t tasks, uint32_t spare);

/* Says at the arena's beginning what it is: 8 characters, and the shape. */
void tl_layout_sign(const char *magic);

/* The checksum of what is constant in an arena with that root and table of
 * tasks. */
struct tl_root;
struct tl_task_table;
uint64_t tl_layout_sum(const struct tl_root *root,
                       const struct tl_task_table *table);

/* A number that differs between builds whose arenas differ. */
uint64_t tl_layout_shape(void);

#endif
