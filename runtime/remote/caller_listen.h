/*
 * Listening: a task that does nothing but wait for its request takes the bell
 * itself, from a list of its own, over its own connection: so that one thread
 * less is woken on the way.  What is waited for beside other things comes by
 * the session's thread (bells.h) and the mailbox.
 */
#ifndef TL_CALLER_LISTEN_H
#define TL_CALLER_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

struct redisReply;
struct tl_answer;
struct tl_caller;
struct tl_words;

/* The answer to the caller's request, which waits.  TL_TIMEOUT: not until the
 * deadline; TL_CLOSED: the session is lost; TL_REFUSED; or what ended a wait.
 * The connection is free for the next request, or closed. */
int tl_caller_listen(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out);

/* Its parts.  Adds the command that listens until then; whatever of it is over
 * then leaves nothing on the connection. */
void tl_caller_write_pop(const struct tl_caller *caller,
                         struct tl_words *command, int64_t until);

/* The reply to that.  TL_BROKEN, TL_TIMEOUT; or as tl_caller_listen. */
int tl_caller_receive_pop(struct tl_caller *caller, int64_t until,
                          struct redisReply **reply);

/* Takes the reply: the answer; TL_EMPTY: it was nothing, or of a request
 * before; TL_REFUSED.  *waited, where asked for: whether it was not there at
 * once. */
int tl_caller_take_pop(struct tl_caller *caller, struct redisReply *reply,
                       struct tl_answer *out, bool *waited);

/* Sends the request again: the answer; TL_EMPTY, it waits still; TL_TIMEOUT. */
int tl_caller_look_again(struct tl_caller *caller, int64_t deadline,
                         struct tl_answer *out);

#endif
