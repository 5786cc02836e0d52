/*
 * Kinds: makes the table of what is shared, and what follows a death, known to
 * the lower rooms.
 */
#ifndef TL_KINDS_H
#define TL_KINDS_H

#include "memory/object.h"

/* First thing in a program; twice is harmless. */
void tl_kinds_install(void);

#endif
