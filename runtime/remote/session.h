/*
 * Session: this process in one space of a server, under a lease.
 *
 * What the session holds on the server passes on when it ends: as the process
 * does (opening), or with its lease.  A thread of its own (bells) renews that.
 *
 * The lease.  The server counts it from the beat that it got last; this side
 * from the moment at which it sent the last one that was answered, and takes
 * nine tenths of it: so it knows first.  A session that is lost stays so.
 */
#ifndef TL_SESSION_H
#define TL_SESSION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "wire/endpoint.h"
#include "remote/mailbox.h"
#include "wire/wire.h"
#include "wire/words.h"

#define TL_SESSION_LIBRARY 64 /* with its zero, as the next */
#define TL_SESSION_ID 33

enum tl_session_state {
    TL_SESSION_OPEN,
    TL_SESSION_LOST,      /* its lease has ended, or the server has forgotten */
    TL_SESSION_INHERITED, /* the parent's: to be opened */
    TL_SESSION_ENDED      /* by this side */
};

struct tl_session {
    struct tl_session *next;          /* in the list of all; never taken out */
    struct tl_endpoint endpoint;      /* constant, as library, key and uid */
    char library[TL_SESSION_LIBRARY]; /* what it calls on the server */
    char key[80];                     /* "tl:{SPACE}:" */
    char uid[64];
    char id[TL_SESSION_ID]; /* constant but for a reopening after a fork */
    int64_t lease;          /* nanoseconds */
    /* The user may not ask for silence; relaxed, as it only costs time. */
    _Atomic bool is_told_all;
    _Atomic int state; /* enum tl_session_state; LOST and ENDED stay */
    /* The lease ends then for this side.  The bells' thread writes it; tasks
     * read it. */
    _Atomic int64_t good_until;
    /* The server's clock, which is no less than that many milliseconds ahead of
     * this side's moments; relaxed, as the server tells where it is wrong. */
    _Atomic int64_t server_ahead;
    int64_t opened;  /* by the server's clock; as id */
    bool kills;      /* on_lost = "kill" */
    bool has_killer; /* then: a timer of this process, no child's */
    timer_t killer;
    tl_wire_wait *wait; /* of tasks */
    char opener[64];    /* name of the task that opened it */

    struct tl_mailboxes mailboxes; /* of its tasks */
    const char *reason;            /* their guard: why it was lost */
    _Atomic uint64_t values;       /* number of the last large one; relaxed */

    struct tl_wire bells; /* of the bells' thread alone */
    int stop; /* eventfd: the bells' thread ends; -1: there is none */
};

/* Why a session is lost, for scripts. */
#define TL_SESSION_ENDED_LEASE                                                 \
    "lost: the server heard nothing of this process for a whole lease, and "   \
    "has passed on all that it held; this call may have been made or not: "    \
    "look at what it had begun, then open the space again by ipc.open"
#define TL_SESSION_EMPTY                                                       \
    "lost: the server has forgotten everything (it keeps nothing on disk, or " \
    "was emptied): start the job again"
#define TL_SESSION_FORGOT                                                      \
    "forgot: the server has come back without its last moments, and has "      \
    "forgotten calls that it had answered: what this program believes may "    \
    "not hold, so start the job again, from what is there"

/* The lease has ended, or the server does not know the session: everybody who
 * waits is told.  The first reason stays. */
void tl_session_lose(struct tl_session *session, const char *reason);

/* It is open on the server, and has been renewed.  Where it kills, no moment is
 * left in which the process could stand still and live on. */
void tl_session_start(struct tl_session *session);

/* The server has heard of this side after `sent`.  Where the session kills, the
 * kernel does it from then on: also if the process stands still, or its threads
 * are in the resolver. */
void tl_session_renew(struct tl_session *session, int64_t sent);

/* The server has just told its clock, in milliseconds. */
void tl_session_set_clock(struct tl_session *session, int64_t milliseconds);

/* What the server's clock will be at a moment, or a bit more; 0: at none. */
uint64_t tl_session_server_time(const struct tl_session *session,
                                int64_t moment);

/* It ends in good order. */
void tl_session_spare(struct tl_session *session);

/* Whether it is not lost; looks at the clock, too. */
bool tl_session_is_good(struct tl_session *session);

/* The same by the server's `lost`, whose fields are a text and since when the
 * space is there: after this session, or never, where it was forgotten. */
void tl_session_lose_by(struct tl_session *session, struct tl_answer *lost);

/* Why it was lost. */
const char *tl_session_reason(struct tl_session *session);

/* So many hexadecimal digits at random, and a zero; false: there are none. */
bool tl_session_draw(char *out, size_t digits);

/* A name for a large value, which no other has: "SESSION.NUMBER". */
void tl_session_new_value(struct tl_session *session, char *name, size_t size);

/* The name of the task that opens it. */
void tl_session_name_opener(struct tl_session *session, const char *name);

/* What it calls: the library of that text, which begins `#!lua name=NAME`. */
void tl_session_name_library(struct tl_session *session, const char *text);

/* Begins `FCALL LIBRARY 1 KEY SESSION TASK SEQ OP`, to which `count` words
 * follow. */
void tl_session_call(const struct tl_session *session, struct tl_words *command,
                     const char *task, uint64_t sequence, const char *op,
                     size_t count);

/* The same with `SEQ@MILLISECONDS`, where that is not 0: a numbered request
 * that is not to be done once the server's clock is above that. */
void tl_session_call_until(const struct tl_session *session,
                           struct tl_words *command, const char *task,
                           uint64_t sequence, uint64_t milliseconds,
                           const char *op, size_t count);

#endif
