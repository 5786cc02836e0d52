/*
 * Job: what the files of a pool's board share: a job's slot, its state word,
 * its messages, and the list of the jobs that wait.
 */
#ifndef TL_JOB_H
#define TL_JOB_H

#include "pool/board.h"
#include "store/handle.h"

#define TL_BOARD_CLOSED (UINT64_C(1) << 63) /* in `posts` */
#define TL_JOB_ID_SHIFT 32

static inline struct tl_board *tl_board_of(const struct tl_handle *handle)
{
    return handle->object;
}

/* Chunk k has TL_JOBS_FIRST << k jobs, from TL_JOBS_FIRST * (2^k - 1) on. */
static inline unsigned tl_job_chunk(uint32_t number)
{
    return 31 - (unsigned)__builtin_clz(number / TL_JOBS_FIRST + 1);
}

static inline struct tl_job *tl_job_at(const struct tl_board *board,
                                       uint32_t number)
{
    unsigned k = tl_job_chunk(number);
    uint32_t within = number - TL_JOBS_FIRST * ((1u << k) - 1);
    return (struct tl_job *)tl_at(board->chunks[k]) + within;
}

static inline uint64_t tl_job_word(enum tl_job_state state, uint32_t id)
{
    return (uint64_t)id << TL_JOB_ID_SHIFT | state;
}

static inline enum tl_job_state tl_job_state_of(uint64_t word)
{
    return (enum tl_job_state)(word & 0xff);
}

void tl_job_message_drop(struct tl_job_message *packet);
/* Replaces the message that is in it.  TL_NO_MEMORY, TL_TOO_LARGE. */
int tl_job_message_fill(struct tl_job_message *packet,
                        const struct tl_message *m);
void tl_job_message_show(const struct tl_job_message *packet,
                         struct tl_parcel *parcel);

/* The list of the jobs that wait: under the board's guard. */
void tl_job_append(struct tl_board *board, uint32_t number);
void tl_job_unlink(struct tl_board *board, const struct tl_job *job);

#endif
