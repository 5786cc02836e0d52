/*
 * Ended: how a process ended, in words.
 */
#ifndef TL_ENDED_H
#define TL_ENDED_H

#include <stddef.h>

#include "tidelock.h"

/* `killed by signal 9 (Killed)`, `exited with status 1` */
void ended_text(const struct tl_process_info *info, char *text, size_t size);

#endif
