#include "remote/caller_exchange.h"

#include <stdio.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "wire/login.h"
#include "wire/moment.h"
#include "wire/pause.h"

/* A server that ends the connection at each of so many copies of a request does
 * so because of the request. */
#define BREAKS 8

struct exchange {
    struct tl_caller *caller;
    int64_t deadline;
    struct tl_pause pause;
    unsigned breaks;
};

static int say(struct tl_caller *caller, int status, const char *text)
{
    snprintf(caller->trouble, sizeof caller->trouble, "%s", text);
    return status;
}

/* TL_EMPTY: try again. */
static int pause_for(struct exchange *exchange)
{
    int status = tl_pause(&exchange->pause, exchange->caller->wire.wait,
                          exchange->deadline);
    return status == TL_OK ? TL_EMPTY : status;
}

/* TL_OK: the wire is open; TL_EMPTY: not yet, try again. */
static int connect_again(struct exchange *exchange)
{
    struct tl_caller *caller = exchange->caller;
    if (tl_wire_is_open(&caller->wire))
        return TL_OK;
    int status =
        tl_login(&caller->wire, &caller->session->endpoint,
                 tl_moment_earlier(exchange->deadline,
                                   tl_moment_now() + TL_PAUSE_ATTEMPT));
    if (status == TL_REFUSED)
        return say(caller, status, caller->wire.trouble);
    if (status == TL_UNREACHABLE || status == TL_BROKEN ||
        status == TL_TIMEOUT) {
        return pause_for(exchange);
    }
    return status;
}

/* Sends what the caller's commands hold, and takes the last answer. */
static int send_once(struct exchange *exchange, struct redisReply **out)
{
    struct tl_caller *caller = exchange->caller;
    struct tl_words *front = &caller->front, *command = &caller->command;
    struct tl_wire *wire = &caller->wire;
    int status = TL_OK;
    if (front->size > 0)
        status =
            tl_wire_send(wire, front->bytes, front->size, exchange->deadline);
    if (status == TL_OK)
        status = tl_wire_send(wire, command->bytes, command->size,
                              exchange->deadline);
    for (unsigned i = 0; status == TL_OK && i < caller->front_answers; i++) {
        status = tl_wire_receive(wire, out, exchange->deadline);
        if (status == TL_OK)
            freeReplyObject(*out);
    }
    return status == TL_OK ? tl_wire_receive(wire, out, exchange->deadline)
                           : status;
}

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* What the server says instead of an answer.  TL_EMPTY: ask again later. */
static int refused(struct exchange *exchange, struct redisReply *reply)
{
    struct tl_caller *caller = exchange->caller;
    say(caller, TL_OK, reply->str);
    freeReplyObject(reply);
    const char *text = caller->trouble;
    if (begins(text, "LOADING") || begins(text, "BUSY")) {
        return pause_for(exchange);
    }
    if (begins(text, "ERR Function not found")) {
        tl_session_lose(caller->session, TL_SESSION_EMPTY);
        return TL_CLOSED;
    }
    return TL_REFUSED;
}

static int after_break(struct exchange *exchange)
{
    struct tl_caller *caller = exchange->caller;
    if (++exchange->breaks >= BREAKS)
        return say(caller, TL_BROKEN, caller->wire.trouble);
    return exchange->breaks > 1 ? pause_for(exchange) : TL_EMPTY;
}

static void forget_front(struct tl_caller *caller)
{
    tl_words_clear(&caller->front);
    caller->front_answers = 0;
}

/* Without memory nothing is sent, and command.failed tells so. */
static int check_memory(struct tl_caller *caller)
{
    caller->command.failed |= caller->front.failed;
    if (!caller->command.failed)
        return TL_OK;
    forget_front(caller);
    return say(caller, TL_NO_MEMORY, "not enough memory");
}

/* Until there is an answer. */
int tl_caller_converse(struct tl_caller *caller, int64_t deadline,
                       struct redisReply **out)
{
    struct exchange exchange = {.caller = caller, .deadline = deadline};
    int status = check_memory(caller);
    *out = NULL;
    if (status < 0)
        return status;
    do {
        if (!tl_session_is_good(caller->session))
            return TL_CLOSED;
        status = connect_again(&exchange);
        if (status == TL_OK) {
            status = send_once(&exchange, out);
            if (status == TL_BROKEN)
                status = after_break(&exchange);
            else if (status != TL_OK || !*out)
                tl_wire_close(&caller->wire); /* an answer is under way */
            else if ((*out)->type == REDIS_REPLY_ERROR)
                status = refused(&exchange, *out);
        }
    } while (status == TL_EMPTY);
    if (status == TL_OK)
        forget_front(caller);
    return status;
}

/* Of the session; else it is about a lock or an item, and has a text. */
static bool is_lost(const struct tl_answer *answer)
{
    struct tl_answer copy = *answer;
    const char *text;
    size_t size;
    return tl_answer_is(answer, "lost") &&
           (!tl_answer_next(&copy, &text, &size) || size == 0);
}

/* The same, for the answer of the engine. */
int tl_caller_exchange(struct tl_caller *caller, int64_t deadline,
                       struct tl_answer *out)
{
    struct redisReply *reply = NULL;
    int status = tl_caller_converse(caller, deadline, &reply);
    if (status != TL_OK || !reply)
        return status;
    if (!tl_answer_read(out, reply)) {
        tl_wire_close(&caller->wire);
        return say(caller, TL_BROKEN, "what answers is no engine of tidelock");
    }
    bool lost = is_lost(out);
    if (!lost && !tl_answer_is(out, "forgot"))
        return TL_OK;
    tl_answer_drop(out);
    tl_session_lose(caller->session,
                    lost ? TL_SESSION_ENDED_LEASE : TL_SESSION_FORGOT);
    return TL_CLOSED;
}
