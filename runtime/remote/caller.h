/*
 * Caller: a task of this process as the server knows it: a number, a slot, a
 * connection for its requests, and a mailbox for what it waits for.
 *
 * A task has one request under way.  Each counts exactly once: it has a number,
 * and where the connection breaks it is sent again, with the same number, until
 * its answer comes.  One with a deadline tells the server until when it may be
 * done: where the server hangs, and comes back, it does not do what its caller
 * has given up.  Where the end is not known all the same (its answer was lost,
 * or an interrupt came) the request is *open*: before the next one it is called
 * off, or undone, so that nothing stays that nobody knows of, as far as it can
 * be undone: a message that somebody has taken stays.
 *
 * A callback that runs while a task waits, and asks, has a slot of its own
 * ("7.1"), since the one of the task is taken; it is the same task to others.
 */
#ifndef TL_CALLER_H
#define TL_CALLER_H

#include "remote/answer.h"
#include "remote/session.h"

#define TL_CALLER_WAITED 512

struct tl_caller {
    struct tl_mailbox mailbox; /* must be first */
    struct tl_session *session;
    struct tl_caller *next_own; /* of this thread's, one a session */
    struct tl_caller *nested;   /* for callbacks; or NULL */
    unsigned forks;             /* of the process when it was made */
    uint64_t sequence;          /* of the last request */
    bool named;                 /* the server knows its task's name */
    bool busy;                  /* asks, or waits */
    bool begun;                 /* the script has begun a request, and not
                                 * finished: what callbacks ask has others */
    bool open;                  /* the last request's end is not known */
    bool own;                   /* and its bell comes to a list of the task's
                                 * own: see remote/caller_listen.h */
    struct tl_wire wire;
    int64_t latest; /* no moment after which the last request is to be done */
    struct tl_words command;  /* the last request, to be sent again */
    struct tl_words together; /* the same and what goes with it */
    /* what requests had to wait: see caller_expect.h */
    uint64_t waited[TL_CALLER_WAITED / 64];
    struct tl_words tail; /* its operation and arguments, to undo it */
    size_t tail_words;
    struct tl_words front; /* what is to be sent before the next one */
    unsigned front_answers;
    char trouble[TL_WIRE_TROUBLE];
};

struct tl_request {
    const char *op;
    size_t count;
    const char *const *words;
    const size_t *sizes;
};

/* This thread's caller in a session that was entered, for a request that is to
 * begin: the one of a callback where the thread's own is busy.  NULL: no
 * memory. */
struct tl_caller *tl_caller_here(struct tl_session *session);

/* This thread's task will use nothing any more, but goes on: what it holds
 * passes on. */
void tl_caller_pass_on(void);

/* The one of this thread's that has begun a request, the innermost of callbacks
 * within callbacks; NULL: none. */
struct tl_caller *tl_caller_begun(struct tl_session *session);

/* Results of all below: TL_OK with an answer, to be dropped; TL_TIMEOUT: no
 * answer, and none will count; TL_CLOSED: the session is lost; TL_REFUSED,
 * TL_BROKEN: caller->trouble says why; else what ended the wait. */

/* Sends the request and takes its first answer, which may be `wait`.  Gives the
 * server a second at least, as even what may not wait is asked. */
int tl_caller_start(struct tl_caller *caller, const struct tl_request *request,
                    int64_t deadline, struct tl_answer *out);

/* After `wait`: sleeps until the answer is there; at the deadline the request
 * is cancelled, and whichever answer came first counts. */
int tl_caller_finish(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out);

/* The answer where it has come; TL_EMPTY: not yet. */
int tl_caller_poll(struct tl_caller *caller, struct tl_answer *out);

/* Both, for one request. */
int tl_caller_ask(struct tl_caller *caller, const struct tl_request *request,
                  int64_t deadline, struct tl_answer *out);

/* An unnumbered request, which may be repeated. */
int tl_caller_tell(struct tl_caller *caller, const struct tl_request *request,
                   int64_t deadline, struct tl_answer *out);

/* A plain command of Redis, which reads; the caller frees the reply.  `took`:
 * it reads what the last request has taken; where there is no reply, that
 * request is open, and so is undone. */
int tl_caller_read(struct tl_caller *caller, const struct tl_request *request,
                   bool took, int64_t deadline, struct redisReply **out);

/* Adds a command that goes in one write with the next request, in front of it;
 * its answer is ignored. */
void tl_caller_before(struct tl_caller *caller, const struct tl_request *first);
void tl_caller_before_call(struct tl_caller *caller,
                           const struct tl_request *call);

/* Whether finish would return at once. */
bool tl_caller_is_ready(struct tl_caller *caller);

/* In a child of a fork: no caller that was made is this process's. */
void tl_caller_count_fork(void);

/* In a child of a fork, under the locks: closes what is the parent's. */
void tl_caller_drop_copies(struct tl_session *session);

#endif
