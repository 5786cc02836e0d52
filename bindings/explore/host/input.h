/*
 * Host input: the standard input of the script, which each schedule reads from
 * the start.
 */
#ifndef EXPLORE_HOST_INPUT_H
#define EXPLORE_HOST_INPUT_H

/* Reads all of this program's standard input, to its end, into memory: a
 * descriptor of that.  That of /dev/null where it is a terminal or closed.
 * Where nothing comes for a second, as from a pipe that somebody has left open,
 * it tells on stderr that it waits.  -1 with errno; EFBIG: more than 64 MiB. */
int host_input_read(void);

#endif
