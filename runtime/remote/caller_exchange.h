/*
 * Caller exchange: one request on the wire, and its answer, over as many
 * connections as it takes.
 */
#ifndef TL_CALLER_EXCHANGE_H
#define TL_CALLER_EXCHANGE_H

#include "remote/caller.h"

/* Sends caller->front and caller->command until there is an answer to the
 * latter, which the caller frees; it is no error.  Results as in caller.h. */
int tl_caller_converse(struct tl_caller *caller, int64_t deadline,
                       struct redisReply **out);

/* The same for an answer of the engine, which is not that the session is lost.
 */
int tl_caller_exchange(struct tl_caller *caller, int64_t deadline,
                       struct tl_answer *out);

#endif
