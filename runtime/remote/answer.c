#include "remote/answer.h"

#include <string.h>

#include <hiredis/hiredis.h>

/* Reads a number and the colon behind it. */
static bool number(const char **at, const char *end, uint64_t *out)
{
    const char *start = *at;
    uint64_t n = 0;
    while (*at < end && **at >= '0' && **at <= '9' && *at - start < 18)
        n = n * 10 + (uint64_t)(*(*at)++ - '0');
    if (*at == start || *at == end || **at != ':')
        return false;
    (*at)++;
    *out = n;
    return true;
}

static bool read(struct tl_answer *answer, const char *at, const char *end)
{
    if (!number(&at, end, &answer->sequence))
        return false;
    const char *colon = memchr(at, ':', (size_t)(end - at));
    if (!colon || colon == at)
        return false;
    answer->status = at;
    answer->status_size = (size_t)(colon - at);
    answer->fields = colon + 1;
    answer->end = end;
    return true;
}

static bool is_text(const struct redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_STRING && reply->str;
}

bool tl_answer_read(struct tl_answer *answer, struct redisReply *reply)
{
    *answer = (struct tl_answer){.reply = reply};
    if (is_text(reply) && read(answer, reply->str, reply->str + reply->len))
        return true;
    tl_answer_drop(answer);
    return false;
}

bool tl_answer_read_bell(struct tl_answer *answer, struct redisReply *reply,
                         const char **task, size_t *task_size)
{
    *answer = (struct tl_answer){.reply = reply};
    if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
        is_text(reply->element[1])) {
        const char *text = reply->element[1]->str;
        const char *end = text + reply->element[1]->len;
        const char *colon = memchr(text, ':', (size_t)(end - text));
        *task = text;
        *task_size = colon ? (size_t)(colon - text) : 0;
        if (colon && colon > text && read(answer, colon + 1, end))
            return true;
    }
    tl_answer_drop(answer);
    return false;
}

bool tl_answer_next(struct tl_answer *answer, const char **field, size_t *size)
{
    uint64_t n;
    const char *at = answer->fields;
    if (!number(&at, answer->end, &n) || n > (size_t)(answer->end - at))
        return false;
    *field = at;
    *size = (size_t)n;
    answer->fields = at + n;
    return true;
}

int64_t tl_answer_number(struct tl_answer *answer)
{
    const char *field;
    size_t size;
    int64_t n = 0;
    if (!tl_answer_next(answer, &field, &size) || size > 18)
        return 0;
    for (size_t i = 0; i < size; i++) {
        if (field[i] < '0' || field[i] > '9')
            return 0;
        n = n * 10 + (field[i] - '0');
    }
    return n;
}

bool tl_answer_is(const struct tl_answer *answer, const char *status)
{
    return strlen(status) == answer->status_size &&
           memcmp(status, answer->status, answer->status_size) == 0;
}

void tl_answer_drop(struct tl_answer *answer)
{
    if (answer->reply)
        freeReplyObject(answer->reply);
    answer->reply = NULL;
}
