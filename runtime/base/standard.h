/*
 * Standard: the numbers 0 to 2 are the script's streams, and nothing else's.
 *
 * A program may be started with any of them closed, and a new descriptor takes
 * the lowest free number: what is printed would go into it.  So whatever the
 * runtime opens passes through here at once.
 */
#ifndef TL_STANDARD_H
#define TL_STANDARD_H

/* The same open file above 2, close-on-exec; takes fd.  A negative fd is
 * returned as it is, with its errno; -1 with errno where there is no number
 * left. */
int tl_standard_avoid(int fd);

#endif
