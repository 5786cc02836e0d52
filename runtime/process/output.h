/*
 * Output: whose turn it is to write a line, for tl_output.
 */
#ifndef TL_OUTPUT_H
#define TL_OUTPUT_H

#include "tasks/task.h"

/* TL_OK or TL_NO_MEMORY; once. */
int tl_output_make(void);

/* A task that died in the middle of a line passes the turn on. */
void tl_output_task_died(struct tl_task *dead);

#endif
