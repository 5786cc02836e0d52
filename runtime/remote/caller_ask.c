/* Requests of a caller: numbered, waited for, called off. */
#include <string.h>

#include <hiredis/hiredis.h>

#include "remote/caller.h"
#include "remote/caller_exchange.h"
#include "remote/caller_expect.h"
#include "remote/caller_listen.h"
#include "wire/moment.h"
#include "wire/pause.h"

/* A request that may not wait is asked, too. */
#define LEAST (1 * TL_MOMENT_SECOND)
enum { OP_PLACE = 7 }; /* words before the operation: see tl_session_call */

/* ---- requests ---- */

static void add_arguments(struct tl_words *command,
                          const struct tl_request *request)
{
    for (size_t i = 0; i < request->count; i++)
        tl_words_add(command, request->words[i], request->sizes[i]);
}

static void write_unnumbered(struct tl_caller *caller, struct tl_words *command,
                             const struct tl_request *request)
{
    tl_session_call(caller->session, command, caller->mailbox.task, 0,
                    request->op, request->count);
    add_arguments(command, request);
}

static int64_t at_least(int64_t deadline)
{
    int64_t least = tl_moment_now() + LEAST;
    return deadline > least ? deadline : least;
}

/* Writes a numbered request, whose end is kept: see call_off. */
static void write_numbered(struct tl_caller *caller,
                           const struct tl_request *request, const char *mark)
{
    struct tl_words *command = &caller->command;
    char task[sizeof caller->mailbox.task + 1];
    stpcpy(stpcpy(task, caller->mailbox.task), mark);
    tl_words_clear(command);
    tl_session_call_until(
        caller->session, command, task, caller->sequence,
        tl_session_server_time(caller->session, caller->latest), request->op,
        request->count);
    add_arguments(command, request);
    caller->tail_words = request->count + 1;
    tl_words_clear(&caller->tail);
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

/* `0`: the request is cancelled, and its answer counts if it comes by then;
 * `2`: it is undone. */
static int call_off(struct tl_caller *caller, char how, int64_t deadline,
                    struct tl_answer *out)
{
    struct tl_session *session = caller->session;
    struct tl_words *command = &caller->command;
    keep_tail(caller);
    if (caller->tail.failed) {
        tl_words_clear(&caller->tail); /* the next attempt may have memory */
        return TL_NO_MEMORY;
    }
    tl_words_clear(command);
    tl_session_call_until(
        session, command, caller->mailbox.task, caller->sequence,
        how == '0' ? tl_session_server_time(session, deadline) : 0, "cancel",
        1 + caller->tail_words);
    tl_words_add(command, &how, 1);
    tl_words_append(command, caller->tail.bytes, caller->tail.size);
    return tl_caller_exchange(caller, deadline, out);
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
    caller->wire.wait = tl_pause_wait;
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

/* With its listening, where it will probably wait.  TL_EMPTY: not so. */
static int ask_expecting(struct tl_caller *caller,
                         const struct tl_request *request, int64_t deadline,
                         struct tl_answer *out)
{
    bool waited = true;
    if (!caller->own || !tl_caller_expects(caller, request))
        return TL_EMPTY;
    write_numbered(caller, request, TL_CALLER_RINGS);
    int status = tl_caller_expect(caller, deadline, out, &waited);
    tl_caller_learn(caller, request, waited);
    return status;
}

static int ask_plainly(struct tl_caller *caller,
                       const struct tl_request *request, struct tl_answer *out)
{
    write_numbered(caller, request, caller->own ? "+" : "");
    int status = tl_caller_exchange(caller, caller->latest, out);
    /* what is refused is so with silence where it is sent with its listening */
    if (status == TL_REFUSED)
        tl_caller_learn(caller, request, false);
    else if (caller->own && status == TL_OK && tl_answer_is(out, "wait"))
        tl_caller_learn(caller, request, true);
    return status;
}

/* As one number. */
static int ask_once(struct tl_caller *caller, const struct tl_request *request,
                    int64_t deadline, struct tl_answer *out)
{
    caller->sequence++;
    int status = ask_expecting(caller, request, deadline, out);
    if (status == TL_EMPTY)
        status = ask_plainly(caller, request, out);
    if (caller->command.failed)
        caller->sequence--; /* it was not sent */
    else if (status < 0)
        status = give_up(caller, status);
    else
        caller->open = tl_answer_is(out, "wait");
    return status;
}

/* To the server it came too late, and was not done.  TL_EMPTY: it is in time,
 * as the server's clock has leapt. */
static int correct_clock(struct tl_caller *caller, struct tl_answer *out)
{
    tl_session_set_clock(caller->session, tl_answer_number(out));
    tl_answer_drop(out);
    return tl_moment_now() < caller->latest ? TL_EMPTY : TL_TIMEOUT;
}

static int start(struct tl_caller *caller, const struct tl_request *request,
                 bool own, int64_t deadline, struct tl_answer *out)
{
    caller->busy = true;
    int status = settle(caller, at_least(deadline));
    if (status == TL_OK) {
        caller->own = own;
        caller->latest = at_least(deadline);
        do {
            status = ask_once(caller, request, deadline, out);
            if (status == TL_OK && tl_answer_is(out, "late"))
                status = correct_clock(caller, out);
        } while (status == TL_EMPTY);
    }
    caller->busy = false;
    return status;
}

int tl_caller_start(struct tl_caller *caller, const struct tl_request *request,
                    int64_t deadline, struct tl_answer *out)
{
    return start(caller, request, false, deadline, out);
}

int tl_caller_tell(struct tl_caller *caller, const struct tl_request *request,
                   int64_t deadline, struct tl_answer *out)
{
    caller->busy = true;
    deadline = at_least(deadline);
    int status = settle(caller, deadline);
    if (status == TL_OK) {
        tl_words_clear(&caller->command);
        write_unnumbered(caller, &caller->command, request);
        status = tl_caller_exchange(caller, deadline, out);
    }
    caller->busy = false;
    return status;
}

int tl_caller_read(struct tl_caller *caller, const struct tl_request *request,
                   bool took, int64_t deadline, struct redisReply **out)
{
    caller->busy = true;
    if (took)
        keep_tail(caller);
    tl_words_clear(&caller->command);
    tl_words_begin(&caller->command, request->count + 1);
    tl_words_add_text(&caller->command, request->op);
    for (size_t i = 0; i < request->count; i++)
        tl_words_add(&caller->command, request->words[i], request->sizes[i]);
    int status = tl_caller_converse(caller, at_least(deadline), out);
    if (took && status < 0)
        status = give_up(caller, status);
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
    write_unnumbered(caller, &caller->front, call);
    caller->front_answers++;
}

/* ---- waiting ---- */

static int take_bell(struct tl_caller *caller, struct tl_answer *out)
{
    return tl_mailbox_take(&caller->session->mailboxes, &caller->mailbox,
                           caller->sequence, out);
}

static int sleep_for_bell(struct tl_caller *caller, int64_t deadline,
                          struct tl_answer *out)
{
    if (caller->own)
        return tl_caller_listen(caller, deadline, out);
    for (;;) {
        struct pollfd polled = {.fd = caller->mailbox.fd, .events = POLLIN};
        int status = take_bell(caller, out);
        if (status == TL_ABANDONED)
            status = tl_caller_look_again(caller, deadline, out);
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
        status = tl_caller_look_again(caller, TL_MOMENT_FOREVER, out);
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
    int status = start(caller, request, true, deadline, out);
    if (status != TL_OK || !caller->open)
        return status;
    tl_answer_drop(out);
    return tl_caller_finish(caller, deadline, out);
}

bool tl_caller_is_ready(struct tl_caller *caller)
{
    return tl_mailbox_look(&caller->session->mailboxes, &caller->mailbox,
                           caller->sequence) ||
           caller->session->state != TL_SESSION_OPEN;
}
