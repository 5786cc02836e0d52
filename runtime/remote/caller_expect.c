#include "remote/caller_expect.h"

#include <string.h>

#include <hiredis/hiredis.h>

#include "remote/caller.h"
#include "remote/caller_exchange.h"
#include "remote/caller_listen.h"
#include "wire/moment.h"

#define PROBE (50 * TL_MOMENT_MILLISECOND)

/* ---- what will wait ---- */

static size_t place_of(const char *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return (size_t)(hash >> 48);
}

/* Two may share a bit: then one of them is sent the dearer way at times.  Not
 * an acquire and a release of one object, whatever its id: the bits of its
 * operations are at the same distances. */
static size_t bit_of(const struct tl_request *request)
{
    size_t place = place_of(request->op, strlen(request->op));
    if (request->count > 0)
        place += place_of(request->words[0], request->sizes[0]);
    return place % TL_CALLER_WAITED;
}

bool tl_caller_expects(const struct tl_caller *caller,
                       const struct tl_request *request)
{
    if (caller->session->is_told_all || caller->front.size > 0 ||
        !tl_wire_is_open(&caller->wire))
        return false;
    size_t bit = bit_of(request);
    return caller->waited[bit / 64] >> bit % 64 & 1;
}

void tl_caller_learn(struct tl_caller *caller, const struct tl_request *request,
                     bool waited)
{
    size_t bit = bit_of(request);
    uint64_t mask = UINT64_C(1) << bit % 64;
    if (waited)
        caller->waited[bit / 64] |= mask;
    else
        caller->waited[bit / 64] &= ~mask;
}

/* ---- asking and listening ---- */

static void write_all(struct tl_caller *caller, int64_t until)
{
    struct tl_words *together = &caller->together;
    tl_words_clear(together);
    tl_words_begin(together, 3);
    tl_words_add_text(together, "CLIENT");
    tl_words_add_text(together, "REPLY");
    tl_words_add_text(together, "SKIP");
    tl_words_append(together, caller->command.bytes, caller->command.size);
    tl_caller_write_pop(caller, together, until);
}

/* An error may be of any of the three: what else is under way is not known. */
static int after_error(struct tl_caller *caller, struct redisReply *reply)
{
    if (strncmp(reply->str, "NOPERM", 6) == 0)
        caller->session->is_told_all = true;
    freeReplyObject(reply);
    tl_wire_close(&caller->wire);
    return TL_EMPTY;
}

/* Sends what is in `together`, and takes the reply.  TL_ABANDONED: it was of a
 * request before, and this one's comes behind it. */
static int converse(struct tl_caller *caller, int64_t until,
                    struct tl_answer *out, bool *waited)
{
    struct redisReply *reply = NULL;
    if (caller->together.failed)
        return TL_EMPTY;
    int status = tl_wire_send(&caller->wire, caller->together.bytes,
                              caller->together.size, until + PROBE);
    if (status == TL_OK)
        status = tl_caller_receive_pop(caller, until, &reply);
    if (status != TL_OK) {
        tl_wire_close(&caller->wire);
        return status == TL_BROKEN || status == TL_TIMEOUT ? TL_EMPTY : status;
    }
    if (reply->type == REDIS_REPLY_ERROR)
        return after_error(caller, reply);
    bool nothing = reply->type == REDIS_REPLY_NIL;
    status = tl_caller_take_pop(caller, reply, out, waited);
    return status == TL_EMPTY && !nothing ? TL_ABANDONED : status;
}

int tl_caller_expect(struct tl_caller *caller, int64_t deadline,
                     struct tl_answer *out, bool *waited)
{
    int64_t until = tl_moment_earlier(deadline, tl_moment_now() + PROBE);
    if (caller->command.failed)
        return TL_EMPTY;
    write_all(caller, until);
    int status = converse(caller, until, out, waited);
    while (status == TL_ABANDONED) {
        tl_words_clear(&caller->together);
        tl_caller_write_pop(caller, &caller->together, until);
        status = converse(caller, until, out, waited);
    }
    return status;
}
