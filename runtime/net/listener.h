/*
 * Listener: the place where callers arrive.
 *
 * Callers greet (net/greeting) side by side: one that is slow or silent holds
 * up nobody.  They are served while the process is in accept, each for at most
 * five seconds.  Where more are greeting than there is room for, one makes
 * room: the one that has taken longest among those that have said nothing, or
 * else among all.  So callers that only connect, however many, push out none
 * whose first bytes are here.
 *
 * A listener takes over a socket file on which nobody listens any more.  Two
 * listeners that start at once could each take the other's fresh file for a
 * dead one: so each holds a flock on the folder from its look at the file until
 * it listens.  A file has mode 0600; the process that made it removes it, if it
 * is still its own.
 *
 * A fork copies a listener, and the copies accept in turn, as a server with
 * several workers wants it.  Callers that were greeting at the fork stay with
 * the process that had begun with them.
 *
 * Limits: a process that is killed leaves its socket file, for the next
 * listener to take over.
 */
#ifndef TL_LISTENER_H
#define TL_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/pollable.h"
#include "net/address.h"
#include "net/greeting.h"
#include "tidelock.h"

enum { TL_CALLERS_MOST = TL_LOOK_MOST - 2 };

struct tl_caller {
    int fd;
    int64_t since;
    struct tl_greeting greeting;
};

/* Invariant: the first `count` of callers greet, in order of arrival, all
 * begun by the process `user`. */
struct tl_listener {
    int fd;
    pid_t maker, user;
    char name[TL_NAME_SIZE];
    char *address;
    char *path; /* of the socket file, from the root on; or NULL */
    dev_t device;
    ino_t inode;
    struct tl_secret key;
    size_t max_message;
    uint64_t refused;
    struct tl_pollable pollable; /* raised while there is `met`, or the end */
    int met; /* the socket of a caller that has greeted, for the next accept; or
                -1 */
    unsigned count;
    struct tl_caller callers[TL_CALLERS_MOST];
    struct tl_listener *next; /* of those that have a path */
};

/* socket_file.c: binds and listens; fills in fd, address, path and its inode.
 */
int tl_socket_file_make(struct tl_listener *listener, const char *address);

/* socket_file.c: removes the socket file, if this process made it. */
void tl_socket_file_remove(struct tl_listener *listener);

#endif
