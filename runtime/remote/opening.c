#include "remote/opening.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "base/standard.h"
#include "remote/answer.h"
#include "remote/bells.h"
#include "remote/caller.h"
#include "remote/identity.h"
#include "wire/login.h"
#include "wire/moment.h"
#include "wire/pause.h"

#define LEASE 10.0      /* seconds */
#define LEASE_LEAST 100 /* milliseconds */
#define LEASE_MOST 86400000
#define OPENING (10 * TL_MOMENT_SECOND) /* the longest opening */
#define ATTEMPTS 4
#define FAREWELL (500 * TL_MOMENT_MILLISECOND) /* and the longest bye */

/* All that this process has opened: only added to, so whoever has a pointer may
 * keep it. */
static struct tl_session *sessions;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* What a reopening in a child needs, too. */
static struct tl_opening_options known;
static char *library;
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

/* ---- what is sent ---- */

static void write_open(struct tl_session *session, struct tl_words *command)
{
    struct tl_identity me;
    char uid[33];
    tl_identity_read(&me);
    tl_session_draw(uid, 32);
    tl_session_call(session, command, "0", 0, "open", 14);
    tl_words_add_number(
        command, (unsigned long long)(session->lease / TL_MOMENT_MILLISECOND));
    tl_words_add_text(command, *session->uid ? session->uid : uid);
    tl_words_add_text(command, "host");
    tl_words_add_text(command, me.host);
    tl_words_add_text(command, "machine");
    tl_words_add_text(command, me.machine);
    tl_words_add_text(command, "pid");
    tl_words_add_number(command, (unsigned long long)me.pid);
    tl_words_add_text(command, "start");
    tl_words_add_number(command, (unsigned long long)me.start);
    tl_words_add_text(command, "program");
    tl_words_add_text(command, known.program ? known.program : me.program);
    tl_words_add_text(command, "name");
    tl_session_name_opener(session, known.name ? known.name() : "");
    tl_words_add_text(command, session->opener);
}

/* The uid and the lease, as the space has them. */
static int read_open(struct tl_session *session, struct tl_answer *answer,
                     char *why, size_t size)
{
    const char *field = "";
    size_t length = 0;
    if (!tl_answer_next(answer, &field, &length) ||
        !tl_answer_is(answer, "ok") || length >= sizeof session->uid) {
        snprintf(why, size, "it does not open: %.*s", (int)length, field);
        return TL_REFUSED;
    }
    memcpy(session->uid, field, length);
    session->uid[length] = '\0';
    int64_t lease = tl_answer_number(answer);
    if (lease < LEASE_LEAST || lease > LEASE_MOST) {
        snprintf(why, size, "the space has no lease that makes sense");
        return TL_REFUSED;
    }
    session->lease = lease * TL_MOMENT_MILLISECOND;
    return TL_OK;
}

/* Sends `open`; loads the library where the server has none. */
static int send_open(struct tl_session *session, struct tl_wire *wire,
                     struct redisReply **reply, int64_t deadline)
{
    struct tl_words command = {0};
    write_open(session, &command);
    int status = tl_login_talk(wire, &command, reply, deadline);
    if (status == TL_REFUSED && strstr(wire->trouble, "not found")) {
        status = tl_login_load(wire, library, known.functions_size, deadline);
        if (status == TL_OK)
            status = tl_login_talk(wire, &command, reply, deadline);
    }
    tl_words_drop(&command);
    return status;
}

/* Opens the session on its wire of bells, which nobody else has yet. */
static int open_on_server(struct tl_session *session, char *why, size_t size)
{
    struct tl_wire *wire = &session->bells;
    int64_t deadline = tl_moment_now() + OPENING, sent;
    struct redisReply *reply = NULL;
    struct tl_answer answer;
    tl_wire_init(wire, known.wait);
    int status = tl_login(wire, &session->endpoint, deadline);
    if (status == TL_OK)
        status = tl_login_inspect(wire, deadline);
    sent = tl_moment_now();
    if (status == TL_OK)
        status = send_open(session, wire, &reply, deadline);
    if (status < 0) {
        snprintf(why, size, "%s", wire->trouble);
    } else if (!tl_answer_read(&answer, reply)) {
        snprintf(why, size, "what answers is no engine of tidelock");
        status = TL_BROKEN;
    } else {
        status = read_open(session, &answer, why, size);
        tl_session_renew(session, sent);
        tl_answer_drop(&answer);
    }
    if (status < 0)
        tl_wire_close(wire);
    return status;
}

/* An answer may be lost on the way; the same request again is the same session.
 */
static int open_patiently(struct tl_session *session, char *why, size_t size)
{
    int status = TL_SYSTEM;
    bool drawn = tl_session_draw(session->id, 24);
    for (int attempt = 0; drawn && attempt < ATTEMPTS; attempt++) {
        status = open_on_server(session, why, size);
        if (status != TL_BROKEN || !session->bells.cut)
            break;
    }
    return status;
}

/* What it holds passes on at once; else its lease would have to end. */
static void bid_farewell(const struct tl_session *session, struct tl_wire *wire)
{
    struct tl_words command = {0};
    struct redisReply *reply = NULL;
    int64_t deadline = tl_moment_now() + FAREWELL;
    tl_session_call(session, &command, "0", 0, "bye", 0);
    if ((tl_wire_is_open(wire) ||
         tl_login(wire, &session->endpoint, deadline) == TL_OK) &&
        tl_login_talk(wire, &command, &reply, deadline) == TL_OK)
        freeReplyObject(reply);
    tl_words_drop(&command);
    tl_wire_close(wire);
}

/* It is open on the server: has its bells' thread begin. */
static int begin(struct tl_session *session, char *why, size_t size)
{
    session->state = TL_SESSION_OPEN;
    session->stop = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    int status = session->stop < 0 ? TL_SYSTEM : tl_bells_begin(session);
    if (status < 0) {
        snprintf(why, size, "no thread for its bells: %s", strerror(errno));
        tl_wire_close(&session->bells);
        session->state = TL_SESSION_ENDED;
    }
    return status;
}

/* ---- opening ---- */

/* TL_REFUSED: a callback, which runs while its task opens a session. */
static int enter_opening(char *why, size_t size)
{
    if (opening_here) {
        snprintf(why, size, "a callback cannot open it: its task opens one");
        return TL_REFUSED;
    }
    pthread_mutex_lock(&opening);
    opening_here = true;
    return TL_OK;
}

static void leave_opening(void)
{
    opening_here = false;
    pthread_mutex_unlock(&opening);
}

static struct tl_session *find(const struct tl_endpoint *endpoint,
                               const char *uid)
{
    struct tl_session *found = NULL;
    pthread_mutex_lock(&guard);
    for (struct tl_session *at = sessions; at && !found; at = at->next) {
        int state = at->state;
        if (state != TL_SESSION_LOST && state != TL_SESSION_ENDED &&
            (endpoint ? tl_endpoint_is_same(&at->endpoint, endpoint)
                      : strcmp(at->uid, uid) == 0))
            found = at;
    }
    pthread_mutex_unlock(&guard);
    return found;
}

struct tl_session *tl_opening_find(const char *uid)
{
    return find(NULL, uid);
}

static bool remember(const struct tl_opening_options *options)
{
    if (library)
        return true;
    library = malloc(options->functions_size + 1);
    if (!library)
        return false;
    memcpy(library, options->functions, options->functions_size);
    library[options->functions_size] = 0;
    known = *options;
    known.functions = library;
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
    tl_session_name_library(session, library);
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
    int status = open_patiently(session, why, size);
    struct tl_session *old = status == TL_OK ? find(NULL, session->uid) : NULL;
    if (old) /* another address led there */
        bid_farewell(session, &session->bells);
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
    endpoint.insecure = options->insecure;
    if (options->authority)
        snprintf(endpoint.authority, sizeof endpoint.authority, "%s",
                 options->authority);
    *out = find(&endpoint, NULL);
    int status = *out ? TL_OK : enter_opening(why, size);
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

int tl_opening_enter(struct tl_session *session, char *why, size_t size)
{
    if (session->state == TL_SESSION_OPEN)
        return tl_session_is_good(session) ? TL_OK : TL_CLOSED;
    if (session->state != TL_SESSION_INHERITED)
        return TL_CLOSED;
    int status = enter_opening(why, size);
    if (status < 0)
        return status;
    if (session->state == TL_SESSION_INHERITED) {
        status = open_patiently(session, why, size);
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
    bid_farewell(session, &caller->wire);
}

void tl_opening_end_all(void)
{
    for (struct tl_session *at = sessions; at; at = at->next)
        if (at->state == TL_SESSION_OPEN)
            end(at);
}
