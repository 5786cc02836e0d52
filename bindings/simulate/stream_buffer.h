/*
 * Stream buffer: what stdio is going to do to a file, told from its buffer.
 */
#ifndef TL_STREAM_BUFFER_H
#define TL_STREAM_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether the file gets something where `size` bytes are written to the stream,
 * with a newline among them or not: they do not fit into the buffer, or a line
 * ends.  True in doubt. */
bool stream_buffer_overflows(FILE *file, size_t size, bool newline);

/* Whether the stream holds what the file has not got yet. */
bool stream_buffer_is_pending(FILE *file);

#endif
