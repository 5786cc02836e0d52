/* Requests of a caller: sent, sent again, waited for, called off. */
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include <hiredis/hiredis.h>

#include "remote/bells.h"
#include "remote/caller.h"
#include "remote/login.h"
#include "remote/moment.h"

#define BACKOFF_LEAST (50 * TL_MOMENT_MILLISECOND)
#define BACKOFF_MOST (2 * TL_MOMENT_SECOND)
/* A request that may not wait is asked, too. */
#define LEAST (1 * TL_MOMENT_SECOND)
/* A server that ends the connection at each of so many copies of a request does
 * so because of the request. */
#define BREAKS 8

enum { OP_PLACE = 7 }; /* words before the operation: see tl_session_call */

static int say(struct tl_caller *caller, int status, const char *text)
{
    snprintf(caller->trouble, sizeof caller->trouble, "%s", text);
    return status;
}

/* ---- one exchange ---- */

struct exchange {
    struct tl_caller *caller;
    int64_t deadline;
    int64_t backoff;
    unsigned breaks;
};

static int pause_for(struct exchange *exchange)
{
    struct pollfd none = {.fd = -1};
    int64_t until = tl_moment_now() + exchange->backoff;
    int status = TL_OK;
    exchange->backoff = tl_moment_earlier(exchange->backoff * 2, BACKOFF_MOST);
    if (until > exchange->deadline)
        return TL_TIMEOUT;
    while (status == TL_OK && tl_moment_now() < until)
        status = exchange->caller->wire.wait(&none, 1, until);
    return status == TL_TIMEOUT ? TL_OK : status;
}

/* TL_OK: the wire is open; TL_EMPTY: not yet, try again. */
static int connect_again(struct exchange *exchange)
{
    struct tl_caller *caller = exchange->caller;
    if (tl_wire_is_open(&caller->wire))
        return TL_OK;
    int status = tl_login(
        &caller->wire, &caller->session->endpoint,
        tl_moment_earlier(exchange->deadline, tl_moment_now() + BACKOFF_MOST));
    if (status == TL_REFUSED)
        return say(caller, status, caller->wire.trouble);
    if (status == TL_UNREACHABLE || status == TL_BROKEN ||
        status == TL_TIMEOUT) {
        status = pause_for(exchange);
        return status == TL_OK ? TL_EMPTY : status;
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
    if (command->failed || front->failed)
        return say(caller, TL_NO_MEMORY, "not enough memory");
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
        int status = pause_for(exchange);
        return status == TL_OK ? TL_EMPTY : status;
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
    if (exchange->breaks > 1) {
        int status = pause_for(exchange);
        return status == TL_OK ? TL_EMPTY : status;
    }
    return TL_EMPTY;
}

/* Until there is an answer. */
static int converse(struct tl_caller *caller, int64_t deadline,
                    struct redisReply **out)
{
    struct exchange exchange = {
        .caller = caller, .deadline = deadline, .backoff = BACKOFF_LEAST};
    int status;
    do {
        if (!tl_session_is_good(caller->session))
            return TL_CLOSED;
        status = connect_again(&exchange);
        if (status == TL_OK) {
            status = send_once(&exchange, out);
            if (status == TL_BROKEN)
                status = after_break(&exchange);
            else if (status < 0)
                tl_wire_close(&caller->wire); /* an answer is under way */
            else if ((*out)->type == REDIS_REPLY_ERROR)
                status = refused(&exchange, *out);
        }
    } while (status == TL_EMPTY);
    if (status == TL_OK) {
        tl_words_clear(&caller->front);
        caller->front_answers = 0;
    }
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
static int exchange(struct tl_caller *caller, int64_t deadline,
                    struct tl_answer *out)
{
    struct redisReply *reply;
    int status = converse(caller, deadline, &reply);
    if (status < 0)
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

/* ---- requests ---- */

static void write(struct tl_caller *caller, struct tl_words *command,
                  uint64_t sequence, const struct tl_request *request)
{
    tl_session_call(caller->session, command, caller->task, sequence,
                    request->op, request->count);
    for (size_t i = 0; i < request->count; i++)
        tl_words_add(command, request->words[i], request->sizes[i]);
}

static int64_t at_least(int64_t deadline)
{
    int64_t least = tl_moment_now() + LEAST;
    return deadline > least ? deadline : least;
}

/* Writes a numbered request, whose end is kept: see call_off. */
static void write_numbered(struct tl_caller *caller,
                           const struct tl_request *request)
{
    struct tl_words *command = &caller->command;
    tl_words_clear(command);
    write(caller, command, caller->sequence, request);
    caller->tail_words = request->count + 1;
    caller->tail.size = 0;
}

/* What the engine needs to undo a request: its operation and arguments, which
 * are the last words of its command. */
static void keep_tail(struct tl_caller *caller)
{
    if (caller->tail.size > 0)
        return;
    size_t begin = tl_words_place(&caller->command, OP_PLACE);
    tl_words_append(&caller->tail, caller->command.bytes + begin,
                    caller->command.size - begin);
}

/* `0`: the request is cancelled, and its answer counts; `2`: it is undone. */
static int call_off(struct tl_caller *caller, char how, int64_t deadline,
                    struct tl_answer *out)
{
    struct tl_words *command = &caller->command;
    bool undo = how == '2';
    keep_tail(caller);
    tl_words_clear(command);
    tl_session_call(caller->session, command, caller->task, caller->sequence,
                    "cancel", undo ? 1 + caller->tail_words : 1);
    tl_words_add(command, &how, 1);
    if (undo)
        tl_words_append(command, caller->tail.bytes, caller->tail.size);
    command->failed |= caller->tail.failed;
    return exchange(caller, deadline, out);
}

/* Ends what is open; the next request follows it. */
static int settle(struct tl_caller *caller, int64_t deadline)
{
    struct tl_answer answer;
    if (!caller->open)
        return TL_OK;
    int status = call_off(caller, '2', deadline, &answer);
    if (status < 0)
        return status;
    tl_answer_drop(&answer);
    caller->open = false;
    return TL_OK;
}

/* The wait of a caller that must not be interrupted once more. */
static int settle_quietly(struct tl_caller *caller)
{
    tl_wire_wait *wait = caller->wire.wait;
    tl_wire_close(&caller->wire);
    caller->wire.wait = tl_bells_wait;
    int status = settle(caller, tl_moment_now() + LEAST);
    caller->wire.wait = wait;
    return status;
}

/* The request ends without an answer. */
static int give_up(struct tl_caller *caller, int status)
{
    caller->open = true;
    if (status != TL_TIMEOUT && status != TL_CLOSED && status != TL_REFUSED &&
        status != TL_BROKEN)
        settle_quietly(caller);
    return status;
}

int tl_caller_start(struct tl_caller *caller, const struct tl_request *request,
                    int64_t deadline, struct tl_answer *out)
{
    caller->busy = true;
    deadline = at_least(deadline);
    int status = settle(caller, deadline);
    if (status == TL_OK) {
        caller->sequence++;
        write_numbered(caller, request);
        status = exchange(caller, deadline, out);
        if (status < 0)
            status = give_up(caller, status);
    }
    caller->busy = false;
    if (status == TL_OK)
        caller->open = tl_answer_is(out, "wait");
    return status;
}

int tl_caller_tell(struct tl_caller *caller, const struct tl_request *request,
                   int64_t deadline, struct tl_answer *out)
{
    caller->busy = true;
    tl_words_clear(&caller->command);
    write(caller, &caller->command, 0, request);
    int status = exchange(caller, at_least(deadline), out);
    caller->busy = false;
    return status;
}

int tl_caller_command(struct tl_caller *caller,
                      const struct tl_request *request, int64_t deadline,
                      struct redisReply **out)
{
    caller->busy = true;
    tl_words_clear(&caller->command);
    tl_words_begin(&caller->command, request->count + 1);
    tl_words_add_text(&caller->command, request->op);
    for (size_t i = 0; i < request->count; i++)
        tl_words_add(&caller->command, request->words[i], request->sizes[i]);
    int status = converse(caller, at_least(deadline), out);
    caller->busy = false;
    return status;
}

void tl_caller_before(struct tl_caller *caller, const struct tl_request *first)
{
    tl_words_begin(&caller->front, first->count + 1);
    tl_words_add_text(&caller->front, first->op);
    for (size_t i = 0; i < first->count; i++)
        tl_words_add(&caller->front, first->words[i], first->sizes[i]);
    caller->front_answers++;
}

void tl_caller_before_call(struct tl_caller *caller,
                           const struct tl_request *call)
{
    write(caller, &caller->front, 0, call);
    caller->front_answers++;
}

/* ---- waiting ---- */

/* Takes the bell of the request.  TL_EMPTY: it has not come; TL_ABANDONED:
 * bells may have been lost. */
static int take_bell(struct tl_caller *caller, struct tl_answer *out)
{
    struct tl_session *session = caller->session;
    eventfd_t count;
    int status = TL_EMPTY;
    eventfd_read(caller->eventfd, &count);
    pthread_mutex_lock(&session->guard);
    if (caller->has_bell) {
        caller->has_bell = false;
        *out = caller->bell;
        status = TL_OK;
    } else if (caller->recheck) {
        status = TL_ABANDONED;
    }
    caller->recheck = false;
    pthread_mutex_unlock(&session->guard);
    if (status != TL_OK || out->sequence == caller->sequence)
        return status;
    tl_answer_drop(out); /* of an earlier wait */
    return TL_EMPTY;
}

/* Sends the request again: the answer, or `wait` once more (TL_EMPTY). */
static int look_again(struct tl_caller *caller, struct tl_answer *out)
{
    if (!tl_session_is_good(caller->session))
        return TL_CLOSED;
    int status = exchange(caller, TL_MOMENT_FOREVER, out);
    if (status == TL_OK && tl_answer_is(out, "wait")) {
        tl_answer_drop(out);
        return TL_EMPTY;
    }
    return status;
}

static int sleep_for_bell(struct tl_caller *caller, int64_t deadline,
                          struct tl_answer *out)
{
    for (;;) {
        struct pollfd polled = {.fd = caller->eventfd, .events = POLLIN};
        int status = take_bell(caller, out);
        if (status == TL_ABANDONED)
            status = look_again(caller, out);
        if (status != TL_EMPTY)
            return status;
        status = caller->wire.wait(&polled, 1, deadline);
        if (status < 0)
            return status;
    }
}

int tl_caller_finish(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out)
{
    caller->busy = true;
    int status = sleep_for_bell(caller, deadline, out);
    if (status == TL_TIMEOUT) {
        status = call_off(caller, '0', at_least(deadline), out);
        /* a condition's waiter has its lock to wait for */
        if (status == TL_OK && tl_answer_is(out, "wait")) {
            tl_answer_drop(out);
            status = sleep_for_bell(caller, TL_MOMENT_FOREVER, out);
        }
    }
    if (status < 0)
        status = give_up(caller, status);
    else
        caller->open = false;
    caller->busy = false;
    return status;
}

int tl_caller_poll(struct tl_caller *caller, struct tl_answer *out)
{
    caller->busy = true;
    int status = take_bell(caller, out);
    if (status == TL_ABANDONED)
        status = look_again(caller, out);
    caller->busy = false;
    if (status == TL_OK)
        caller->open = false;
    else if (status != TL_EMPTY)
        status = give_up(caller, status);
    return status;
}

int tl_caller_ask(struct tl_caller *caller, const struct tl_request *request,
                  int64_t deadline, struct tl_answer *out)
{
    int status = tl_caller_start(caller, request, deadline, out);
    if (status != TL_OK || !caller->open)
        return status;
    tl_answer_drop(out);
    return tl_caller_finish(caller, deadline, out);
}

void tl_caller_abandon(struct tl_caller *caller)
{
    if (caller->open)
        settle_quietly(caller);
}

bool tl_caller_is_ready(struct tl_caller *caller)
{
    struct tl_session *session = caller->session;
    eventfd_t count;
    eventfd_read(caller->eventfd, &count);
    pthread_mutex_lock(&session->guard);
    if (caller->has_bell && caller->bell.sequence != caller->sequence) {
        tl_answer_drop(&caller->bell); /* of an earlier wait */
        caller->has_bell = false;
    }
    bool ready = caller->has_bell || caller->recheck ||
                 session->state != TL_SESSION_OPEN;
    pthread_mutex_unlock(&session->guard);
    return ready;
}

int tl_caller_fd(const struct tl_caller *caller)
{
    return caller->eventfd;
}
