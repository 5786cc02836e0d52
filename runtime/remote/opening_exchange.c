#include "remote/opening_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "remote/answer.h"
#include "remote/identity.h"
#include "wire/login.h"
#include "wire/moment.h"

#define LEASE_LEAST 100 /* milliseconds */
#define LEASE_MOST 86400000
#define OPENING (10 * TL_MOMENT_SECOND) /* the longest opening */
#define ATTEMPTS 4
#define FAREWELL (500 * TL_MOMENT_MILLISECOND) /* and the longest bye */

static void write_open(struct tl_session *session,
                       const struct tl_opening_options *options,
                       struct tl_words *command)
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
    tl_words_add_text(command,
                      options->program ? options->program : me.program);
    tl_words_add_text(command, "name");
    tl_session_name_opener(session, options->name ? options->name() : "");
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
    tl_answer_next(answer, &field, &length); /* the engine's version */
    session->opened = tl_answer_number(answer);
    tl_session_set_clock(session, session->opened);
    return TL_OK;
}

/* Sends `open`; loads the library where the server has none. */
static int send_open(struct tl_session *session,
                     const struct tl_opening_options *options,
                     struct redisReply **reply, int64_t deadline)
{
    struct tl_wire *wire = &session->bells;
    struct tl_words command = {0};
    write_open(session, options, &command);
    int status = tl_login_talk(wire, &command, reply, deadline);
    if (status == TL_REFUSED && strstr(wire->trouble, "not found")) {
        status = tl_login_load(wire, options->functions,
                               options->functions_size, deadline);
        if (status == TL_OK)
            status = tl_login_talk(wire, &command, reply, deadline);
    }
    tl_words_drop(&command);
    return status;
}

/* Opens the session on its wire of bells, which nobody else has yet. */
static int open_on_server(struct tl_session *session,
                          const struct tl_opening_options *options,
                          int64_t deadline, char *why, size_t size)
{
    struct tl_wire *wire = &session->bells;
    int64_t sent;
    deadline = tl_moment_earlier(deadline, tl_moment_now() + OPENING);
    struct redisReply *reply = NULL;
    struct tl_answer answer;
    tl_wire_init(wire, options->wait);
    int status = tl_login(wire, &session->endpoint, deadline);
    if (status == TL_OK)
        status = tl_login_inspect(wire, deadline);
    sent = tl_moment_now();
    if (status == TL_OK)
        status = send_open(session, options, &reply, deadline);
    if (status == TL_TIMEOUT && !*wire->trouble) {
        snprintf(why, size, "no answer within 10 seconds");
    } else if (status < 0) {
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

int tl_opening_begin(struct tl_session *session,
                     const struct tl_opening_options *options, int64_t deadline,
                     char *why, size_t size)
{
    int status = TL_SYSTEM;
    bool drawn = tl_session_draw(session->id, 24);
    for (int attempt = 0; drawn && attempt < ATTEMPTS; attempt++) {
        status = open_on_server(session, options, deadline, why, size);
        if (status != TL_BROKEN || !session->bells.cut)
            break;
    }
    return status;
}

void tl_opening_farewell(const struct tl_session *session, struct tl_wire *wire)
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
