/*
 * Expecting: a request that will probably wait is sent together with its
 * listening, in one write, and its answer comes by the bell even where it is
 * there at once.  So it costs one answer and one sleep, not two.
 *
 * What will wait: what waited when it was asked last, about the same object.
 *
 * The server says nothing to the request itself (CLIENT REPLY SKIP), also where
 * it refuses it.  So what is not answered PROBE later is asked again as usual:
 * a refusal is heard then, and what waits goes on to do so.
 */
#ifndef TL_CALLER_EXPECT_H
#define TL_CALLER_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

struct tl_answer;
struct tl_caller;
struct tl_request;

/* Behind the task of a request that is sent this way. */
#define TL_CALLER_RINGS "!"

bool tl_caller_expects(const struct tl_caller *caller,
                       const struct tl_request *request);

/* Keeps in mind whether the request had to wait. */
void tl_caller_learn(struct tl_caller *caller, const struct tl_request *request,
                     bool waited);

/* Sends the caller's command, which rings, and listens.  TL_EMPTY: it is to be
 * sent again as usual; else as tl_caller_listen.  *waited: whether the answer
 * was not there at once. */
int tl_caller_expect(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out, bool *waited);

#endif
