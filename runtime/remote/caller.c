#include "remote/caller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/moment.h"
#include "wire/pause.h"

#define FAREWELL (500 * TL_MOMENT_MILLISECOND)

/* This thread's callers.  In a child of a fork they are the parent's, and are
 * told by their count of forks. */
static _Thread_local struct tl_caller *own;
static unsigned forks;
static pthread_key_t at_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- the end of a thread ---- */

static void drop(struct tl_caller *caller)
{
    if (caller->nested)
        drop(caller->nested);
    tl_mailbox_remove(&caller->session->mailboxes, &caller->mailbox);
    tl_wire_close(&caller->wire);
    tl_words_drop(&caller->command);
    tl_words_drop(&caller->together);
    tl_words_drop(&caller->tail);
    tl_words_drop(&caller->front);
    free(caller);
}

/* What the task holds passes on now, and not when the session ends. */
static void leave(struct tl_caller *caller)
{
    struct tl_answer answer;
    struct tl_request request = {.op = "leave"};
    if (caller->forks != forks || !tl_session_is_good(caller->session) ||
        caller->sequence == 0)
        return;
    caller->wire.wait = tl_pause_wait; /* this is no task any more */
    if (tl_caller_tell(caller, &request, tl_moment_now() + FAREWELL, &answer) ==
        TL_OK)
        tl_answer_drop(&answer);
}

void tl_caller_pass_on(void)
{
    for (struct tl_caller *at = own; at; at = at->next_own) {
        leave(at);
        /* to the server, what comes now is a new task's */
        at->wire.wait = at->session->wait;
        at->named = false;
    }
}

static void thread_ends(void *callers)
{
    for (struct tl_caller *at = callers, *next; at; at = next) {
        next = at->next_own;
        leave(at);
        drop(at);
    }
}

static void watch_threads(void)
{
    pthread_key_create(&at_end, thread_ends);
}

/* ---- making ---- */

static struct tl_caller *make(struct tl_session *session, const char *task)
{
    struct tl_caller *caller = calloc(1, sizeof *caller);
    if (!caller)
        return NULL;
    caller->session = session;
    caller->forks = forks;
    tl_wire_init(&caller->wire, session->wait);
    caller->wire.lingers = true;
    if (tl_mailbox_add(&session->mailboxes, &caller->mailbox, task))
        return caller;
    free(caller);
    return NULL;
}

/* The task's number lies before a point: 7.1, then 7.2 in that. */
static struct tl_caller *nested(struct tl_caller *outer, unsigned depth)
{
    char task[24];
    const char *name = outer->mailbox.task;
    snprintf(task, sizeof task, "%.*s.%u", (int)strcspn(name, "."), name,
             depth);
    if (!outer->nested)
        outer->nested = make(outer->session, task);
    return outer->nested;
}

/* This thread's first caller of the session; NULL: there is none. */
static struct tl_caller *first(const struct tl_session *session)
{
    struct tl_caller *caller = own;
    if (caller && caller->forks != forks)
        caller = own = NULL; /* the parent's */
    while (caller && caller->session != session)
        caller = caller->next_own;
    return caller;
}

struct tl_caller *tl_caller_here(struct tl_session *session)
{
    pthread_once(&once, watch_threads);
    struct tl_caller *caller = first(session);
    if (!caller) {
        caller = make(session, NULL);
        if (!caller)
            return NULL;
        caller->next_own = own;
        own = caller;
        pthread_setspecific(at_end, own);
    }
    for (unsigned depth = 1; caller && (caller->busy || caller->begun); depth++)
        caller = nested(caller, depth);
    return caller;
}

struct tl_caller *tl_caller_begun(struct tl_session *session)
{
    struct tl_caller *found = NULL;
    for (struct tl_caller *at = first(session); at; at = at->nested)
        if (at->begun && !at->busy)
            found = at;
    return found;
}

/* ---- forks ---- */

/* A mailbox is the first thing in its caller. */
void tl_caller_drop_copies(struct tl_session *session)
{
    for (struct tl_mailbox *at = session->mailboxes.first; at; at = at->next)
        tl_wire_drop_copy(&((struct tl_caller *)at)->wire);
    tl_mailbox_forget_all(&session->mailboxes);
}

void tl_caller_count_fork(void)
{
    forks++;
}
