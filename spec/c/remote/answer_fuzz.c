/* Hostile answers and bells: what a server sends, parsed as RESP and then as
 * what the engine says.  The first byte chooses which of both. */
#include <stdint.h>
#include <stdlib.h>

#include <hiredis/hiredis.h>

#include "remote/answer.h"

static uint64_t sum; /* so that every byte of a field is read */

static void read_fields(struct tl_answer *answer)
{
    const char *field;
    size_t size;
    struct tl_answer copy = *answer;
    while (tl_answer_next(&copy, &field, &size))
        for (size_t i = 0; i < size; i++)
            sum += (unsigned char)field[i];
    copy = *answer;
    sum += (uint64_t)tl_answer_number(&copy) + tl_answer_is(answer, "ok");
}

static void read_reply(struct redisReply *reply, bool bell)
{
    struct tl_answer answer;
    const char *task;
    size_t size;
    if (bell ? tl_answer_read_bell(&answer, reply, &task, &size)
             : tl_answer_read(&answer, reply)) {
        for (size_t i = 0; bell && i < size; i++)
            sum += (unsigned char)task[i];
        read_fields(&answer);
        tl_answer_drop(&answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *reply = NULL;
    if (size < 1)
        return 0;
    redisReader *reader = redisReaderCreate();
    if (!reader)
        return 0;
    redisReaderFeed(reader, (const char *)data + 1, size - 1);
    while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply)
        read_reply(reply, data[0] & 1);
    redisReaderFree(reader);
    return 0;
}
