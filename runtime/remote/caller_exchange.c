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

/* No wait for the server is longer: where the cable is cut nothing comes, not
 * even an error, and the session's end is to be told. */
static int64_t limit(const struct exchange *exchange)
{
    return tl_moment_earlier(exchange->deadline,
                             exchange->caller->session->good_until);
}

/* A wait came to its limit.  TL_EMPTY: that has moved. */
static int look_at_lease(const struct exchange *exchange)
{
    if (tl_moment_now() >= exchange->deadline)
        return TL_TIMEOUT;
    return tl_session_is_good(exchange->caller->session) ? TL_EMPTY : TL_CLOSED;
}

/* TL_EMPTY: try again. */
static int pause_for(struct exchange *exchange)
{
    tl_wire_wait *wait = exchange->caller->wire.wait;
    struct pollfd none = {.fd = -1};
    int64_t end = limit(exchange);
    int status = tl_pause(&exchange->pause, wait, end);
    if (status == TL_TIMEOUT && end < exchange->deadline)
        status = wait(&none, 1, end);
    if (status == TL_TIMEOUT)
        return end < exchange->deadline ? look_at_lease(exchange) : status;
    return status == TL_OK ? TL_EMPTY : status;
}

/* TL_OK: the wire is open; TL_EMPTY: not yet, try again. */
static int connect_again(struct exchange *exchange)
{
    struct tl_caller *caller = exchange->caller;
    if (tl_wire_is_open(&caller->wire))
        return TL_OK;
    int status = tl_login(
        &caller->wire, &caller->session->endpoint,
        tl_moment_earlier(limit(exchange), tl_moment_now() + TL_PAUSE_ATTEMPT));
    if (status == TL_REFUSED)
        return say(caller, status, caller->wire.trouble);
    if (status == TL_UNREACHABLE || status == TL_BROKEN ||
        status == TL_TIMEOUT) {
        return pause_for(exchange);
    }
    return status;
}

static int send_words(const struct exchange *exchange,
                      const struct tl_words *words)
{
    struct tl_wire *wire = &exchange->caller->wire;
    int status = tl_wire_send(wire, words->bytes, words->size, limit(exchange));
    if (status == TL_TIMEOUT)
        status = look_at_lease(exchange);
    if (status == TL_EMPTY) /* the wire was closed in the midst of it */
        snprintf(wire->trouble, sizeof wire->trouble,
                 "the server takes in "
                 "nothing");
    return status == TL_EMPTY ? TL_BROKEN : status;
}

static int receive(const struct exchange *exchange, struct redisReply **out)
{
    int status;
    do {
        status = tl_wire_receive(&exchange->caller->wire, out, limit(exchange));
        if (status == TL_TIMEOUT)
            status = look_at_lease(exchange);
    } while (status == TL_EMPTY);
    return status;
}

/* Sends what the caller's commands hold, and takes the last answer. */
static int send_once(struct exchange *exchange, struct redisReply **out)
{
    struct tl_caller *caller = exchange->caller;
    int status = TL_OK;
    if (caller->front.size > 0)
        status = send_words(exchange, &caller->front);
    if (status == TL_OK)
        status = send_words(exchange, &caller->command);
    for (unsigned i = 0; status == TL_OK && i < caller->front_answers; i++) {
        status = receive(exchange, out);
        if (status == TL_OK)
            freeReplyObject(*out);
    }
    return status == TL_OK ? receive(exchange, out) : status;
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
    if (lost)
        tl_session_lose_by(caller->session, out);
    else
        tl_session_lose(caller->session, TL_SESSION_FORGOT);
    tl_answer_drop(out);
    return TL_CLOSED;
}
