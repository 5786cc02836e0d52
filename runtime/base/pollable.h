/*
 * Pollable: a descriptor by which other event loops wait for a thing that lies
 * in the memory of one process and has descriptors of its own (a channel, a
 * command).
 *
 * It is an epoll set of the thing's descriptors, and of an eventfd that is
 * raised while the thing is ready without them (a message that was read
 * already).  It may be readable though a call would wait: a message may have
 * come in part.
 *
 * A fork copies the descriptors, not what they stand for: in a child the
 * pollable counts as never opened.
 */
#ifndef TL_POLLABLE_H
#define TL_POLLABLE_H

#include <stdbool.h>
#include <sys/types.h>

struct tl_pollable {
    pid_t process; /* 0: not open */
    int set, flag;
    bool raised;
};

bool tl_pollable_is_open(const struct tl_pollable *pollable);

/* The descriptor, opened where it is not yet; negative: TL_SYSTEM. */
int tl_pollable_open(struct tl_pollable *pollable);

/* Where it is open: it is readable while this descriptor is, too, until that is
 * closed. */
void tl_pollable_add(const struct tl_pollable *pollable, int fd);

/* Where it is open: says whether the thing is ready without its descriptors. */
void tl_pollable_say(struct tl_pollable *pollable, bool ready);

/* Twice is harmless. */
void tl_pollable_close(struct tl_pollable *pollable);

#endif
