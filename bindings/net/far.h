/*
 * Far: what this library lends to tidelock_remote: see far/door.h.
 */
#ifndef TL_BINDINGS_FAR_H
#define TL_BINDINGS_FAR_H

/* Once, before there is a second task. */
void far_open(void);

#endif
