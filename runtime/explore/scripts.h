/*
 * Scripts: numbers for the names of a run's scripts, as its events have them.
 *
 * The table lies in shared memory, and only the task that has the turn changes
 * it: the account's in an exploration, else the players'.
 */
#ifndef TL_SCRIPTS_H
#define TL_SCRIPTS_H

#include <stddef.h>
#include <stdint.h>

#include "public/event.h"

/* The number of the script, which gets one where it has none.  0: no name, or
 * too many.  Of a long name the end is kept. */
uint16_t tl_scripts_number(struct tl_scripts *scripts, const char *name);

/* Its name; "": not known. */
const char *tl_scripts_name(const struct tl_scripts *scripts, uint16_t number);

/* Keeps the end of a name that is too long, after "...". */
void tl_scripts_shorten(char *out, size_t size, const char *name);

#endif
