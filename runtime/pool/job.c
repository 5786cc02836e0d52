#include "pool/job.h"

#include "base/fault.h"
#include "store/message.h"

void tl_job_message_drop(struct tl_job_message *packet)
{
    tl_message_drop(&packet->block);
}

int tl_job_message_fill(struct tl_job_message *packet,
                        const struct tl_message *m)
{
    tl_job_message_drop(packet);
    if (m->size > TL_JOB_SMALL || m->ref_count > 0)
        return tl_message_pack(&packet->block, m);
    packet->size = (uint32_t)m->size;
    tl_message_copy(packet->bytes, m);
    return TL_OK;
}

void tl_job_message_show(const struct tl_job_message *packet,
                         struct tl_parcel *parcel)
{
    if (packet->block) {
        tl_message_show(packet->block, parcel);
        return;
    }
    parcel->data = packet->bytes;
    parcel->size = packet->size;
    parcel->refs = NULL;
    parcel->ref_count = 0;
    parcel->block = 0;
    parcel->arena = tl_arena;
}

void tl_job_append(struct tl_board *board, uint32_t number)
{
    struct tl_job *job = tl_job_at(board, number);
    job->next = 0;
    job->previous = board->last;
    if (board->last)
        tl_job_at(board, board->last - 1)->next = number + 1;
    else
        board->first = number + 1;
    board->last = number + 1;
    atomic_fetch_add(&board->listed, 1);
}

void tl_job_unlink(struct tl_board *board, const struct tl_job *job)
{
    if (job->previous)
        tl_job_at(board, job->previous - 1)->next = job->next;
    else
        board->first = job->next;
    tl_fault();
    if (job->next)
        tl_job_at(board, job->next - 1)->previous = job->previous;
    else
        board->last = job->previous;
    atomic_fetch_sub(&board->listed, 1);
}
