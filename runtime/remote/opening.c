#include "remote/opening.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/standard.h"
#include "remote/bells.h"
#include "remote/caller.h"
#include "remote/opening_exchange.h"
#include "wire/moment.h"
#include "wire/password_file.h"
#include "wire/pause.h"

#define LEASE 10.0 /* seconds */

/* All that this process has opened: only added to, so whoever has a pointer may
 * keep it. */
static struct tl_session *sessions;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* What a reopening in a child needs, too. */
static struct tl_opening_options known;
/* Openings come one after another: so two threads that open one space get one
 * session.  Never held at a fork's end in the child, where it is made anew. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool opening_here; /* this thread has it */

/* ---- forks ---- */

static void before_fork(void)
{
    pthread_mutex_lock(&guard);
    for (struct tl_session *session = sessions; session;
         session = session->next)
        pthread_mutex_lock(&session->mailboxes.guard);
}

static void unlock_all(void)
{
    for (struct tl_session *session = sessions; session;
         session = session->next)
        pthread_mutex_unlock(&session->mailboxes.guard);
    pthread_mutex_unlock(&guard);
}

/* The bells' thread is not in the child, but its descriptors are. */
static void after_fork_in_child(void)
{
    for (struct tl_session *session = sessions; session;
         session = session->next) {
        tl_wire_drop_copy(&session->bells);
        if (session->stop >= 0)
            close(session->stop);
        session->stop = -1;
        tl_caller_drop_copies(session);
        session->has_killer = false;
        if (session->state == TL_SESSION_OPEN)
            session->state = TL_SESSION_INHERITED;
    }
    tl_bells_forget();
    tl_caller_count_fork();
    unlock_all();
    pthread_mutex_init(&opening, NULL);
    opening_here = false;
}

static void watch_forks(void)
{
    pthread_atfork(before_fork, unlock_all, after_fork_in_child);
}

/* ---- opening ---- */

/* It is open on the server: has its bells' thread begin. */
static int begin(struct tl_session *session, char *why, size_t size)
{
    tl_session_start(session);
    session->stop = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    int status = session->stop < 0 ? TL_SYSTEM : tl_bells_begin(session);
    if (status < 0) {
        snprintf(why, size, "no thread for its bells: %s", strerror(errno));
        tl_wire_close(&session->bells);
        tl_session_spare(session);
        session->state = TL_SESSION_ENDED;
    }
    return status;
}

/* TL_REFUSED: a callback, which runs while its task opens a session;
 * TL_TIMEOUT: other threads opened theirs until the deadline. */
static int enter_opening(int64_t deadline, char *why, size_t size)
{
    struct timespec until = {deadline / TL_MOMENT_SECOND,
                             deadline % TL_MOMENT_SECOND};
    if (opening_here) {
        snprintf(why, size, "a callback cannot open it: its task opens one");
        return TL_REFUSED;
    }
    if (deadline == TL_MOMENT_FOREVER)
        pthread_mutex_lock(&opening);
    else if (pthread_mutex_clocklock(&opening, CLOCK_MONOTONIC, &until) != 0)
        return TL_TIMEOUT;
    opening_here = true;
    return TL_OK;
}

static void leave_opening(void)
{
    opening_here = false;
    pthread_mutex_unlock(&opening);
}

/* Also looks at the clock: its own thread may not have run since its lease has
 * ended. */
static bool is_usable(struct tl_session *session)
{
    return session->state == TL_SESSION_INHERITED ||
           tl_session_is_good(session);
}

static struct tl_session *find(const struct tl_endpoint *endpoint,
                               const char *uid)
{
    struct tl_session *found = NULL;
    pthread_mutex_lock(&guard);
    for (struct tl_session *at = sessions; at && !found; at = at->next)
        if ((endpoint ? tl_endpoint_is_same(&at->endpoint, endpoint)
                      : strcmp(at->uid, uid) == 0) &&
            is_usable(at))
            found = at;
    pthread_mutex_unlock(&guard);
    return found;
}

struct tl_session *tl_opening_find(const char *uid)
{
    return find(NULL, uid);
}

static bool remember(const struct tl_opening_options *options)
{
    if (known.functions)
        return true;
    char *functions = malloc(options->functions_size + 1);
    if (!functions)
        return false;
    memcpy(functions, options->functions, options->functions_size);
    functions[options->functions_size] = 0;
    known = *options;
    known.functions = functions;
    if (options->program)
        known.program = strdup(options->program);
    return true;
}

static struct tl_session *make(const struct tl_endpoint *endpoint,
                               const struct tl_opening_options *options)
{
    struct tl_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    double lease = options->lease > 0 ? options->lease : LEASE;
    session->endpoint = *endpoint;
    session->lease = (int64_t)(lease * (double)TL_MOMENT_SECOND);
    session->kills = options->kills;
    session->wait = options->wait;
    session->stop = -1;
    session->state = TL_SESSION_ENDED;
    snprintf(session->key, sizeof session->key, "tl:{%s}:", endpoint->space);
    tl_session_name_library(session, known.functions);
    pthread_mutex_init(&session->mailboxes.guard, NULL);
    tl_wire_init(&session->bells, options->wait);
    return session;
}

static void drop(struct tl_session *session)
{
    tl_endpoint_forget(&session->endpoint);
    pthread_mutex_destroy(&session->mailboxes.guard);
    free(session);
}

static void enlist(struct tl_session *session)
{
    pthread_mutex_lock(&guard);
    session->next = sessions;
    sessions = session;
    pthread_mutex_unlock(&guard);
}

static int open_new(struct tl_session **out, const struct tl_endpoint *endpoint,
                    const struct tl_opening_options *options, char *why,
                    size_t size)
{
    struct tl_session *session = make(endpoint, options);
    if (!session)
        return TL_NO_MEMORY;
    int status =
        tl_opening_begin(session, &known, TL_MOMENT_FOREVER, why, size);
    struct tl_session *old = status == TL_OK ? find(NULL, session->uid) : NULL;
    if (old) /* another address led there */
        tl_opening_farewell(session, &session->bells);
    else if (status == TL_OK)
        status = begin(session, why, size);
    if (status < 0 || old)
        drop(session);
    else
        enlist(session);
    *out = old ? old : session;
    return status;
}

int tl_opening_open(struct tl_session **out, const char *address,
                    const struct tl_opening_options *options, char *why,
                    size_t size)
{
    struct tl_endpoint endpoint;
    pthread_once(&once, watch_forks);
    if (!tl_endpoint_read(&endpoint, address, true, why, size))
        return TL_BAD_ADDRESS;
    if (!tl_password_file_apply(&endpoint, options->password_file, why, size))
        return TL_REFUSED;
    endpoint.insecure = options->insecure;
    if (options->authority)
        snprintf(endpoint.authority, sizeof endpoint.authority, "%s",
                 options->authority);
    *out = find(&endpoint, NULL);
    int status = *out ? TL_OK : enter_opening(TL_MOMENT_FOREVER, why, size);
    if (!*out && status == TL_OK) {
        *out = find(&endpoint, NULL);
        if (!*out)
            status = remember(options)
                         ? open_new(out, &endpoint, options, why, size)
                         : TL_NO_MEMORY;
        leave_opening();
    }
    tl_endpoint_forget(&endpoint);
    return status;
}

int tl_opening_enter(struct tl_session *session, int64_t deadline, char *why,
                     size_t size)
{
    if (session->state == TL_SESSION_OPEN)
        return tl_session_is_good(session) ? TL_OK : TL_CLOSED;
    if (session->state != TL_SESSION_INHERITED)
        return TL_CLOSED;
    int status = enter_opening(deadline, why, size);
    if (status < 0)
        return status;
    if (session->state == TL_SESSION_INHERITED) {
        status = tl_opening_begin(session, &known, deadline, why, size);
        if (status == TL_OK)
            status = begin(session, why, size);
        if (status < 0)
            session->state =
                TL_SESSION_INHERITED; /* the next use tries again */
    }
    leave_opening();
    return status;
}

/* ---- the end ---- */

static void end(struct tl_session *session)
{
    session->state = TL_SESSION_ENDED;
    tl_session_spare(session);
    struct tl_caller *caller = tl_caller_here(session);
    if (!caller)
        return;
    caller->wire.wait = tl_pause_wait; /* this is no task any more */
    tl_opening_farewell(session, &caller->wire);
}

void tl_opening_end_all(void)
{
    for (struct tl_session *at = sessions; at; at = at->next)
        if (at->state == TL_SESSION_OPEN)
            end(at);
}
