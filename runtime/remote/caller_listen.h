/*
 * Listening: a task that does nothing but wait for its request takes the bell
 * itself, from a list of its own, over its own connection: so that one thread
 * less is woken on the way.  What is waited for beside other things comes by
 * the session's thread (bells.h) and the mailbox.
 */
#ifndef TL_CALLER_LISTEN_H
#define TL_CALLER_LISTEN_H

#include <stdint.h>

struct tl_answer;
struct tl_caller;

/* The answer to the caller's request, which waits.  TL_TIMEOUT: not until the
 * deadline; TL_CLOSED: the session is lost; TL_REFUSED; or what ended a wait.
 * The connection is free for the next request, or closed. */
int tl_caller_listen(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out);

/* Sends the request again: the answer; or TL_EMPTY, it waits still. */
int tl_caller_look_again(struct tl_caller *caller, struct tl_answer *out);

#endif
