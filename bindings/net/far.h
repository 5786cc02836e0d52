/*
 * Far: what this library lends to tidelock_remote: see far/door.h.
 */
#ifndef TL_BINDINGS_FAR_H
#define TL_BINDINGS_FAR_H

/* In each thread that opens the library; the first one does it. */
void far_open(void);

#endif
