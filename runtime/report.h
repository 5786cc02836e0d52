/*
 * Report: who waits for whom, as text.  tl_title, tl_describe and
 * tl_report_stuck of the public header; and the line of one task.
 */
#ifndef TL_REPORT_H
#define TL_REPORT_H

#include <stddef.h>

#include "tasks/task.h"

/* eater-1 (pid 4711) waits to get from queue#3 "orders" for 0.4 s, at
 * kitchen.lua:12 */
void tl_report_task(const struct tl_task *task, char *text, size_t size);

#endif
