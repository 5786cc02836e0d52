/*
 * Standard: the numbers 0 to 2 are the script's streams, and nothing else's.
 *
 * A program may be started with any of them closed, and a new descriptor takes
 * the lowest free number: what is printed would go into it.  So whatever the
 * runtime opens passes through here at once.
 */
#ifndef TL_STANDARD_H
#define TL_STANDARD_H

#include "tidelock.h" /* where it is declared, for bindings too */

#endif
