/*
 * Pipe: two ends, and between them a stream in each direction in use.
 *
 * Stream s carries what side s sends.  A side is closed when the last task
 * that claims it lets go (memory/object: holders); a handle that was merely
 * inherited by a fork claims nothing until it is used.  A closed side closes
 * both streams: a sender to it hears that at once, a receiver from it gets what
 * is left first.
 *
 * A stream takes messages while it holds fewer than TL_PIPE_BYTES, and fewer
 * than a sixteenth of the arena: so a writer cannot fill the arena faster than
 * its reader reads.
 */
#ifndef TL_PIPE_H
#define TL_PIPE_H

#include "data/stream.h"
#include "memory/object.h"
#include "tidelock.h"

#define TL_PIPE_BYTES (16 << 20)

struct tl_pipe {
    struct tl_object object;
    uint32_t duplex; /* constant; else only side 1 sends */
    struct tl_stream streams[2];
};

int tl_pipe_ready(const struct tl_handle *end, struct tl_watch *watch);
void tl_pipe_describe(const struct tl_object *object, int side, char *text,
                      size_t size);
bool tl_pipe_check(const struct tl_object *object);
void tl_pipe_repair(struct tl_object *object, struct tl_guard *guard,
                    struct tl_task *dead);
void tl_pipe_task_died(struct tl_object *object, struct tl_task *dead,
                       struct tl_cell *cell);
void tl_pipe_side_closed(struct tl_object *object, int side);
void tl_pipe_destroy(struct tl_object *object);

#endif
