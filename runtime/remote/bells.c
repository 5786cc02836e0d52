#include "remote/bells.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "base/helper_thread.h"
#include "remote/answer.h"
#include "wire/login.h"
#include "wire/moment.h"
#include "wire/pause.h"
#include "remote/session.h"
#include "remote/witness.h"

/* How long after what was promised the server may answer. */
static int64_t grace(const struct tl_session *session)
{
    return session->lease / 6;
}

/* What the thread of a session is about; NULL elsewhere. */
struct thread {
    struct tl_session *session;
    struct tl_witness witness;
};
static _Thread_local struct thread *here;

/* ---- sleeping ---- */

static void tell_of_death(struct thread *thread, const char *id);

/* Tells of those that have ended; whether there were any. */
static bool witness_deaths(struct thread *thread, const struct pollfd *polled)
{
    char id[TL_SESSION_ID];
    if (!tl_witness_take(&thread->witness, polled, id))
        return false;
    here = NULL; /* what follows is no wait of this thread's own */
    tell_of_death(thread, id);
    here = thread;
    return true;
}

/* TL_CANCELLED: the thread is to end. */
static int wait_here(struct pollfd *polled, size_t count, int64_t deadline)
{
    struct thread *thread = here;
    struct pollfd all[2 + TL_WITNESS_MOST];
    int status;
    if (!thread)
        return tl_pause_wait(polled, count, deadline);
    do {
        all[0] = polled[0];
        all[1] = (struct pollfd){.fd = thread->session->stop, .events = POLLIN};
        size_t more = tl_witness_poll(&thread->witness, all + 2);
        bool ended = tl_witness_has_ended(&thread->witness);
        status = tl_pause_wait(all, 2 + more, ended ? 0 : deadline);
    } while (witness_deaths(thread, all + 2));
    polled[0].revents = all[0].revents;
    return all[1].revents ? TL_CANCELLED : status;
}

/* The answer says who is next in the ring, now that this one is out of it. */
static void watch_next(struct thread *thread, struct redisReply *reply)
{
    struct tl_answer answer;
    if (!tl_answer_read(&answer, reply))
        return;
    if (tl_answer_is(&answer, "ok")) {
        tl_answer_number(&answer); /* whether there is work left */
        tl_witness_set(&thread->witness, &answer, true);
    }
    tl_answer_drop(&answer);
}

/* Over a connection of its own, since the session's sleeps in BLPOP. */
static void tell_of_death(struct thread *thread, const char *id)
{
    struct tl_session *session = thread->session;
    struct tl_wire wire;
    struct tl_words command = {0};
    struct redisReply *reply = NULL;
    int64_t deadline = tl_moment_now() + grace(session);
    tl_wire_init(&wire, wait_here);
    tl_session_call(session, &command, "0", 0, "died", 1);
    tl_words_add_text(&command, id);
    if (tl_login(&wire, &session->endpoint, deadline) == TL_OK &&
        tl_login_talk(&wire, &command, &reply, deadline) == TL_OK)
        watch_next(thread, reply);
    tl_words_drop(&command);
    tl_wire_close(&wire);
}

/* ---- the beat ---- */

/* How long after it the next one follows. */
static int64_t interval(const struct tl_session *session)
{
    return session->lease / 3;
}

/* Sends the command, and takes the answer that is to come until `deadline`, or
 * the connection is no good. */
static int converse(struct tl_session *session, struct tl_words *command,
                    int64_t deadline, struct redisReply **reply)
{
    struct tl_wire *wire = &session->bells;
    int status = command->failed ? TL_NO_MEMORY
                                 : tl_wire_send(wire, command->bytes,
                                                command->size, deadline);
    tl_words_drop(command);
    if (status == TL_OK)
        status = tl_wire_receive(wire, reply, deadline);
    if (status != TL_OK || (*reply)->type != REDIS_REPLY_ERROR)
        return status;
    bool gone = strstr((*reply)->str, "not found") != NULL;
    freeReplyObject(*reply);
    if (gone)
        tl_session_lose(session, TL_SESSION_EMPTY);
    return gone ? TL_CLOSED : TL_REFUSED;
}

/* *again: there is work left on the server, which the next beat does. */
static int take_beat(struct tl_session *session, struct redisReply *reply,
                     int64_t sent, bool *again)
{
    struct tl_answer answer;
    if (!tl_answer_read(&answer, reply))
        return TL_BROKEN;
    bool lost = tl_answer_is(&answer, "lost"),
         well = tl_answer_is(&answer, "ok");
    if (lost) {
        tl_session_lose_by(session, &answer);
    } else if (well) {
        tl_session_renew(session, sent);
        *again = tl_answer_number(&answer) == 1;
        tl_session_set_clock(session, tl_answer_number(&answer));
        tl_witness_set(&here->witness, &answer, false);
    }
    tl_answer_drop(&answer);
    return lost ? TL_CLOSED : well ? TL_OK : TL_BROKEN;
}

static int beat(struct tl_session *session)
{
    bool again = true;
    int status = TL_OK;
    while (again && status == TL_OK) {
        struct tl_words command = {0};
        struct redisReply *reply;
        int64_t sent = tl_moment_now();
        again = false;
        tl_session_call(session, &command, "0", 0, "beat", 0);
        status = converse(session, &command, sent + grace(session), &reply);
        if (status == TL_OK)
            status = take_beat(session, reply, sent, &again);
    }
    return status;
}

/* ---- the bells ---- */

static void take_bell(struct tl_session *session, struct redisReply *reply)
{
    struct tl_answer bell;
    const char *task;
    size_t size;
    if (reply->type == REDIS_REPLY_NIL) {
        freeReplyObject(reply);
        return;
    }
    if (!tl_answer_read_bell(&bell, reply, &task, &size))
        return;
    if (size == 1 && *task == '0') {
        if (tl_answer_is(&bell, "watch"))
            tl_witness_set(&here->witness, &bell, true);
        tl_answer_drop(&bell);
    } else {
        tl_mailbox_ring(&session->mailboxes, task, size, &bell);
    }
}

/* Listens till the next beat.  The server's own time limit ends the BLPOP, so
 * that nothing of it is left on the connection. */
static int listen_once(struct tl_session *session, int64_t until)
{
    struct tl_words command = {0};
    struct redisReply *reply;
    char list[128], seconds[32];
    int64_t left = until - tl_moment_now();
    if (left < TL_MOMENT_MILLISECOND)
        left = TL_MOMENT_MILLISECOND;
    snprintf(list, sizeof list, "%sm%s", session->key, session->id);
    snprintf(seconds, sizeof seconds, "%.3f",
             (double)left / (double)TL_MOMENT_SECOND);
    tl_words_begin(&command, 3);
    tl_words_add_text(&command, "BLPOP");
    tl_words_add_text(&command, list);
    tl_words_add_text(&command, seconds);
    int status = converse(session, &command, until + grace(session), &reply);
    if (status == TL_OK)
        take_bell(session, reply);
    return status;
}

/* Until the connection breaks, or the session or thread ends.  *well: the
 * server has answered to a beat. */
static int serve(struct tl_session *session, bool *well)
{
    *well = false;
    for (;;) {
        int64_t next = tl_moment_now() + interval(session);
        int status = beat(session);
        *well |= status == TL_OK;
        while (status == TL_OK && tl_moment_now() < next)
            status = listen_once(session, next);
        if (status != TL_OK)
            return status;
    }
}

/* Between attempts; not beyond the lease's end, which is to be told at once. */
static int rest(struct tl_session *session, struct tl_pause *pause)
{
    struct pollfd none = {.fd = -1};
    int64_t end = session->good_until;
    int status = tl_pause(pause, wait_here, end);
    if (status == TL_TIMEOUT)
        status = wait_here(&none, 1, end);
    return status == TL_TIMEOUT ? TL_OK : status;
}

static int reconnect(struct tl_session *session, struct tl_pause *pause)
{
    int status = tl_login(&session->bells, &session->endpoint,
                          tl_moment_earlier(tl_moment_now() + TL_PAUSE_ATTEMPT,
                                            session->good_until));
    if (status == TL_OK)
        tl_mailbox_wake_all(&session->mailboxes);
    return status == TL_OK || status == TL_CANCELLED ? status
                                                     : rest(session, pause);
}

static void *run(void *argument)
{
    struct tl_session *session = argument;
    struct thread thread = {.session = session};
    struct tl_pause pause = {0};
    int status = TL_OK;
    bool well;
    here = &thread;
    session->bells.wait = wait_here;
    while (status != TL_CANCELLED && tl_session_is_good(session)) {
        if (tl_wire_is_open(&session->bells)) {
            status = serve(session, &well);
            tl_wire_close(&session->bells);
            if (well)
                pause.time = 0;
            else if (status != TL_CANCELLED)
                status = rest(session, &pause);
        } else {
            status = reconnect(session, &pause);
        }
    }
    tl_wire_close(&session->bells);
    tl_witness_drop(&thread.witness);
    return NULL;
}

/* ---- the thread ---- */

int tl_bells_begin(struct tl_session *session)
{
    return tl_helper_thread_start(run, session);
}

void tl_bells_forget(void)
{
    here = NULL;
}
