#include "remote/caller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "base/standard.h"
#include "remote/moment.h"

#define FAREWELL (500 * TL_MOMENT_MILLISECOND)

/* This thread's callers.  In a child of a fork they are the parent's, and are
 * told by their count of forks. */
static _Thread_local struct tl_caller *own;
static unsigned forks;
static pthread_key_t at_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- the end of a thread ---- */

static void unlist(struct tl_caller *caller)
{
    struct tl_session *session = caller->session;
    pthread_mutex_lock(&session->guard);
    struct tl_caller **at = &session->callers;
    while (*at && *at != caller)
        at = &(*at)->next;
    if (*at)
        *at = caller->next;
    pthread_mutex_unlock(&session->guard);
}

static void drop(struct tl_caller *caller)
{
    if (caller->nested)
        drop(caller->nested);
    unlist(caller);
    if (caller->has_bell)
        tl_answer_drop(&caller->bell);
    tl_wire_close(&caller->wire);
    tl_words_drop(&caller->command);
    tl_words_drop(&caller->tail);
    tl_words_drop(&caller->front);
    if (caller->eventfd >= 0)
        close(caller->eventfd);
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
    if (tl_caller_tell(caller, &request, tl_moment_now() + FAREWELL, &answer) ==
        TL_OK)
        tl_answer_drop(&answer);
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

static struct tl_caller *make(struct tl_session *session)
{
    struct tl_caller *caller = calloc(1, sizeof *caller);
    if (!caller)
        return NULL;
    caller->session = session;
    caller->forks = forks;
    tl_wire_init(&caller->wire, session->wait);
    caller->eventfd = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (caller->eventfd < 0) {
        free(caller);
        return NULL;
    }
    return caller;
}

static void enlist(struct tl_caller *caller)
{
    struct tl_session *session = caller->session;
    pthread_mutex_lock(&session->guard);
    if (!*caller->task)
        snprintf(caller->task, sizeof caller->task, "%u", ++session->tasks);
    caller->next = session->callers;
    session->callers = caller;
    pthread_mutex_unlock(&session->guard);
}

/* The task's number lies behind a point: 7.1, then 7.2 in that. */
static struct tl_caller *nested(struct tl_caller *outer, unsigned depth)
{
    if (!outer->nested) {
        struct tl_caller *inner = make(outer->session);
        if (!inner)
            return NULL;
        snprintf(inner->task, sizeof inner->task, "%.*s.%u",
                 (int)strcspn(outer->task, "."), outer->task, depth);
        enlist(inner);
        outer->nested = inner;
    }
    return outer->nested;
}

struct tl_caller *tl_caller_here(struct tl_session *session)
{
    struct tl_caller *caller = own;
    pthread_once(&once, watch_threads);
    if (caller && caller->forks != forks)
        caller = own = NULL; /* the parent's */
    while (caller && caller->session != session)
        caller = caller->next_own;
    if (!caller) {
        caller = make(session);
        if (!caller)
            return NULL;
        enlist(caller);
        caller->next_own = own;
        own = caller;
        pthread_setspecific(at_end, own);
    }
    for (unsigned depth = 1; caller && caller->busy; depth++)
        caller = nested(caller, depth);
    return caller;
}

/* ---- bells ---- */

bool tl_caller_ring(struct tl_session *session, const char *task, size_t size,
                    struct tl_answer *bell)
{
    pthread_mutex_lock(&session->guard);
    struct tl_caller *at = session->callers;
    while (at &&
           (strlen(at->task) != size || memcmp(at->task, task, size) != 0))
        at = at->next;
    if (at) {
        if (at->has_bell)
            tl_answer_drop(&at->bell);
        at->bell = *bell;
        at->has_bell = true;
        eventfd_write(at->eventfd, 1);
    }
    pthread_mutex_unlock(&session->guard);
    return at != NULL;
}

void tl_caller_wake_all(struct tl_session *session)
{
    pthread_mutex_lock(&session->guard);
    for (struct tl_caller *at = session->callers; at; at = at->next) {
        at->recheck = true;
        eventfd_write(at->eventfd, 1);
    }
    pthread_mutex_unlock(&session->guard);
}

void tl_caller_drop_copies(struct tl_session *session)
{
    for (struct tl_caller *at = session->callers; at; at = at->next) {
        tl_wire_drop_copy(&at->wire);
        close(at->eventfd);
        at->eventfd = -1;
    }
    session->callers = NULL;
    session->tasks = 0;
}

void tl_caller_count_fork(void)
{
    forks++;
}
