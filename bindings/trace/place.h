/*
 * Place: whether a trace can be written where it is wanted, which is asked
 * before anything runs.
 */
#ifndef TL_BINDINGS_PLACE_H
#define TL_BINDINGS_PLACE_H

#include <stdbool.h>

/* Why no trace may be written to the file of that path; NULL: one may.  What is
 * no trace, and would be lost, is not written over: `--trace=script.lua` is
 * soon typed.  `later`: it is not opened now, but when there is something to
 * write. */
const char *place_refuse(const char *path, bool later);

#endif
