#include "remote/caller_listen.h"

#include <stdio.h>

#include <hiredis/hiredis.h>

#include "remote/caller.h"
#include "remote/caller_exchange.h"
#include "remote/caller_expect.h"
#include "wire/moment.h"

int tl_caller_look_again(struct tl_caller *caller, int64_t deadline,
                         struct tl_answer *out)
{
    if (!tl_session_is_good(caller->session))
        return TL_CLOSED;
    int status = tl_caller_exchange(caller, deadline, out);
    if (status == TL_OK && tl_answer_is(out, "wait")) {
        tl_answer_drop(out);
        return TL_EMPTY;
    }
    return status;
}

/* As seconds, to a millisecond; 0 would be for ever. */
static void add_time(struct tl_words *command, int64_t left)
{
    char text[TL_WORDS_DIGITS + 4];
    int64_t most = left > TL_MOMENT_MILLISECOND ? left : TL_MOMENT_MILLISECOND;
    unsigned long long number =
        (unsigned long long)(most / TL_MOMENT_MILLISECOND);
    size_t size = tl_words_digits(text, number / 1000);
    text[size++] = '.';
    for (unsigned unit = 100; unit > 0; unit /= 10)
        text[size++] = (char)('0' + number / unit % 10);
    tl_words_add(command, text, size);
}

/* The server itself ends the BLPOP at `until`, so that nothing of it is left on
 * the connection. */
void tl_caller_write_pop(const struct tl_caller *caller,
                         struct tl_words *command, int64_t until)
{
    const char *list[] = {caller->session->key, "m", caller->session->id, ".",
                          caller->mailbox.task};
    tl_words_begin(command, 3);
    tl_words_add_text(command, "BLPOP");
    tl_words_add_parts(command, sizeof list / sizeof *list, list);
    add_time(command, until - tl_moment_now());
}

static int send_pop(struct tl_caller *caller, int64_t until)
{
    struct tl_words command = {0};
    tl_caller_write_pop(caller, &command, until);
    int status = command.failed ? TL_NO_MEMORY
                                : tl_wire_send(&caller->wire, command.bytes,
                                               command.size, until);
    tl_words_drop(&command);
    return status;
}

int tl_caller_take_pop(struct tl_caller *caller, struct redisReply *reply,
                       struct tl_answer *out, bool *waited)
{
    const char *task;
    size_t size;
    if (reply->type == REDIS_REPLY_NIL) {
        freeReplyObject(reply);
        return TL_EMPTY;
    }
    if (reply->type == REDIS_REPLY_ERROR) {
        snprintf(caller->trouble, sizeof caller->trouble, "%s", reply->str);
        freeReplyObject(reply);
        return TL_REFUSED;
    }
    if (!tl_answer_read_bell(out, reply, &task, &size))
        return TL_EMPTY;
    if (out->sequence == caller->sequence) {
        if (waited)
            *waited = task[size - 1] != *TL_CALLER_RINGS;
        return TL_OK;
    }
    tl_answer_drop(out);
    return TL_EMPTY;
}

/* Sleeps for the reply, which comes until `until`.  Whoever rings the mailbox
 * meanwhile tells of the session's end, or of a bells' connection that broke:
 * only the first matters here. */
int tl_caller_receive_pop(struct tl_caller *caller, int64_t until,
                          struct redisReply **reply)
{
    struct tl_mailboxes *all = &caller->session->mailboxes;
    int status;
    do {
        struct tl_answer other;
        status =
            tl_wire_receive_beside(&caller->wire, reply, caller->mailbox.fd,
                                   until + caller->session->lease / 6);
        if (status == TL_ABANDONED &&
            tl_mailbox_take(all, &caller->mailbox, caller->sequence, &other) ==
                TL_OK)
            tl_answer_drop(&other);
        if (status == TL_ABANDONED && !tl_session_is_good(caller->session))
            return TL_CLOSED;
    } while (status == TL_ABANDONED);
    return status;
}

/* TL_EMPTY: nothing yet, and the connection is free or closed. */
static int listen_once(struct tl_caller *caller, int64_t until,
                       struct tl_answer *out)
{
    struct redisReply *reply;
    int status = send_pop(caller, until);
    if (status == TL_OK)
        status = tl_caller_receive_pop(caller, until, &reply);
    if (status == TL_OK)
        return tl_caller_take_pop(caller, reply, out, NULL);
    tl_wire_close(&caller->wire); /* where a BLPOP may be under way */
    return status == TL_BROKEN || status == TL_TIMEOUT ? TL_EMPTY : status;
}

int tl_caller_listen(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out)
{
    struct tl_session *session = caller->session;
    for (;;) {
        int status = TL_EMPTY;
        int64_t now = tl_moment_now();
        if (!tl_session_is_good(session))
            return TL_CLOSED;
        if (now >= deadline)
            return TL_TIMEOUT;
        if (!tl_wire_is_open(&caller->wire))
            status = tl_caller_look_again(caller, deadline, out);
        else
            status = listen_once(
                caller, tl_moment_earlier(deadline, now + session->lease / 3),
                out);
        if (status != TL_EMPTY)
            return status;
    }
}
