/*
 * Opening: the sessions of this process: how they begin and end.
 *
 * A process has one session a space, however often it opens that, and whichever
 * thread does; where another address leads to the same space, that one.
 *
 * A fork.  The child closes its copies of the sockets and says nothing; its
 * session begins anew, under an id of its own, when it is first used
 * (tl_opening_enter).  Threads of the parent do not exist there.
 *
 * Locks.  `opening` is held while a session is opened, and so over calls that
 * sleep; then that of the list of sessions, then that of a session's mailboxes,
 * under which nothing sleeps.  A fork takes the last two, so that in the child
 * they are free, and what they guard is whole; `opening` is made anew there.
 */
#ifndef TL_OPENING_H
#define TL_OPENING_H

#include "remote/session.h"

struct tl_opening_options {
    double lease; /* seconds; 0: 10 */
    bool insecure;
    bool kills;
    const char *authority;     /* or NULL */
    const char *password_file; /* or NULL: see wire/password_file.h */
    const char *functions;     /* the engine, as FUNCTION LOAD takes it */
    size_t functions_size;
    const char *program;       /* for people; as `name` */
    const char *(*name)(void); /* of the task that asks */
    tl_wire_wait *wait;        /* of tasks */
};

/* The open session of that address, or a new one.  TL_UNREACHABLE, TL_REFUSED,
 * TL_BROKEN, TL_TIMEOUT, TL_BAD_ADDRESS: `why` says what, and of which server
 * and space, without secrets. */
int tl_opening_open(struct tl_session **out, const char *address,
                    const struct tl_opening_options *options, char *why,
                    size_t size);

/* The latest session of the space, or NULL. */
struct tl_session *tl_opening_find(const char *uid);

/* Before each use: opens it where it is the parent's.  TL_OK; TL_CLOSED: lost;
 * or as tl_opening_open; TL_TIMEOUT also where the deadline came before. */
int tl_opening_enter(struct tl_session *session, int64_t deadline, char *why,
                     size_t size);

/* Says `bye` for all sessions of this process, briefly; for its end. */
void tl_opening_end_all(void);

#endif
