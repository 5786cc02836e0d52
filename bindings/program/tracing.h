/*
 * Tracing: the option --trace, by which a run is recorded (trace/recorder).
 */
#ifndef TL_TRACING_H
#define TL_TRACING_H

#include <stdbool.h>

/* Whether the word is the option: 1; 0: it is not; -1: it is wrong, which is
 * told. */
int tracing_read_option(const char *word);

/* Starts what the option wants, before the runtime; `script`: "" for none.  -1:
 * it cannot, which is told. */
int tracing_begin(const char *script, bool simulated);

/* Whether the run is recorded into that file. */
bool tracing_is_into(const char *path);

#endif
