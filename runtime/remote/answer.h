/*
 * Answer: what the engine says to a request, `SEQ:STATUS:FIELDS`, where the
 * fields are netstrings; and a bell, which has `TASK:` in front.
 *
 * All of it is read from bytes that nobody has checked.
 */
#ifndef TL_ANSWER_H
#define TL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redisReply;

struct tl_answer {
    struct redisReply *reply; /* owned: what the rest points into */
    uint64_t sequence;
    const char *status;
    size_t status_size;
    const char *fields, *end;
};

/* Takes the reply.  False: it is no answer; the reply is freed. */
bool tl_answer_read(struct tl_answer *answer, struct redisReply *reply);

/* The same of what BLPOP returned, a list of two, of which the second is
 * `TASK:SEQ:...`.  *task and *task_size: the task, which is not empty. */
bool tl_answer_read_bell(struct tl_answer *answer, struct redisReply *reply,
                         const char **task, size_t *task_size);

/* The next field; false: there is none, or no field. */
bool tl_answer_next(struct tl_answer *answer, const char **field, size_t *size);

/* The next field as a number; 0: it is none. */
int64_t tl_answer_number(struct tl_answer *answer);

bool tl_answer_is(const struct tl_answer *answer, const char *status);

/* Frees the reply; again: nothing. */
void tl_answer_drop(struct tl_answer *answer);

#endif
