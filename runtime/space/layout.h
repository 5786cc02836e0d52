/*
 * Layout: makes the regions that the rooms keep in an arena, all at once, and
 * describes the arena, so that another program can tell whether it has the same
 * layout.
 */
#ifndef TL_LAYOUT_H
#define TL_LAYOUT_H

#include <stdint.h>

/* Carves and fills in all the regions of an arena just made.  As
 * tl_task_table_make. */
int tl_layout_make(uint32_t tasks, uint32_t spare);

/* Writes to the arena's beginning what it is: 8 characters, the shape, and the
 * checksum. */
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
