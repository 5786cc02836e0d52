/*
 * Board, handing out: the workers' side of a board, and what becomes of the
 * board when tasks die.
 */
#include "pool/job.h"

#include <stdio.h>

#include "base/fault.h"
#include "park/park.h"
#include "store/heap.h"
#include "store/message.h"
#include "tasks/life.h"

/* ---- workers ---- */

static struct tl_job *take(struct tl_board *board, struct tl_cell *cell,
                           uint32_t *number)
{
    struct tl_job *job = NULL;
    tl_guard_take(&board->guard, TL_FOREVER);
    if (board->first) {
        *number = board->first - 1;
        job = tl_job_at(board, *number);
        cell->debt = *number + 1;
        tl_fault();
        atomic_store(
            &job->state,
            tl_job_word(TL_JOB_TAKEN, tl_task_id(tl_self))); /* commit */
        tl_fault();
        tl_job_unlink(board, job);
        tl_fault();
    }
    tl_guard_drop(&board->guard);
    return job;
}

/* One job less waits: tells an owner that seeks room.  The owner sets
 * `seeks_room`, then reads `listed`; a worker has changed `listed`, and then
 * reads `seeks_room`: one of the two sees the other.  If this task dies in
 * between, its death moves `finishes` too. */
static void tell_room(struct tl_board *board)
{
    if (!atomic_load(&board->seeks_room))
        return;
    atomic_fetch_add(&board->finishes, 1);
    tl_fault();
    tl_wake(&board->finished, TL_WAKE_ALL);
}

int tl_board_take(const struct tl_handle *handle, struct tl_parcel *parcel,
                  uint32_t *number, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_BOARD_TAKE);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    for (;;) {
        uint64_t seen = atomic_load(&board->posts);
        struct tl_job *job = take(board, tl_handle_cell(handle), number);
        if (job) {
            tell_room(board);
            tl_job_message_show(&job->call, parcel);
            return TL_OK;
        }
        if (seen & TL_BOARD_CLOSED)
            return TL_CLOSED;
        status = tl_wait(&board->posted, &board->posts, seen, deadline);
        if (status < 0)
            return status;
    }
}

/* An owner that has begun to park looks at `finishes` once more before it
 * sleeps, so a call that comes before it parks is not missed. */
static void call_owner(struct tl_board *board)
{
    struct tl_task *owner = tl_task_of(board->owner);
    if (atomic_load(&board->attentive) && tl_task_id(owner) == board->owner)
        tl_park_call(owner);
}

int tl_board_finish(const struct tl_handle *handle, uint32_t number, bool ok,
                    const struct tl_message *m)
{
    int status = tl_enter(handle, TL_OP_BOARD_FINISH);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    struct tl_job *job = tl_job_at(board, number);
    uint64_t taken = tl_job_word(TL_JOB_TAKEN, tl_task_id(tl_self));
    status = tl_job_message_fill(&job->result, m);
    if (status < 0)
        return status;
    tl_fault();
    if (!atomic_compare_exchange_strong(
            &job->state, &taken,
            tl_job_word(ok ? TL_JOB_DONE : TL_JOB_FAILED,
                        tl_task_id(tl_self)))) /* commit */
        return TL_ENDED;
    tl_fault();
    uint64_t finishes = atomic_fetch_add(&board->finishes, 1) + 1;
    tl_fault();
    tl_handle_cell(handle)->debt = 0;
    if (!ok || finishes >= atomic_load(&board->wanted))
        tl_wake(&board->finished, TL_WAKE_ALL);
    call_owner(board);
    return TL_OK;
}

void tl_board_ready(const struct tl_handle *handle)
{
    if (tl_enter(handle, TL_OP_BOARD_READY) == TL_OK)
        atomic_fetch_add(&tl_board_of(handle)->readies, 1);
}

/* ---- deaths, reports ---- */

static uint32_t count_waiting(const struct tl_board *board)
{
    uint32_t n = 0;
    for (uint32_t at = board->first; at && n < board->count; n++)
        at = tl_job_at(board, at - 1)->next;
    return n;
}

void tl_board_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead)
{
    struct tl_board *board = (struct tl_board *)object;
    (void)guard;
    if (tl_task_id(dead) == board->owner) {
        /* the workers die with the owner: nobody is left to work */
        board->first = board->last = 0;
        atomic_store(&board->listed, 0);
        return;
    }
    /* the dead worker was taking the first job; its state is the commit */
    if (board->first) {
        const struct tl_job *job = tl_job_at(board, board->first - 1);
        if (tl_job_state_of(atomic_load(&job->state)) != TL_JOB_WAITING)
            board->first = job->next;
    }
    if (board->first)
        tl_job_at(board, board->first - 1)->previous = 0;
    else
        board->last = 0;
    atomic_store(&board->listed, count_waiting(board));
}

void tl_board_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell)
{
    struct tl_board *board = (struct tl_board *)object;
    if (cell->debt) {
        uint32_t id = tl_task_id(dead);
        uint64_t taken = tl_job_word(TL_JOB_TAKEN, id);
        atomic_compare_exchange_strong(
            &tl_job_at(board, cell->debt - 1)->state, &taken,
            tl_job_word(TL_JOB_DIED, id)); /* commit */
        tl_fault();
    }
    atomic_fetch_add(&board->deaths, 1);
    tl_fault();
    /* also where it had finished the job, but not yet moved `finishes` */
    atomic_fetch_add(&board->finishes, 1);
    tl_fault();
    tl_wake(&board->finished, TL_WAKE_ALL);
    if (tl_task_id(tl_task_of(board->owner)) == board->owner)
        tl_park_call(tl_task_of(board->owner));
}

void tl_board_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_board *board = (const struct tl_board *)object;
    uint32_t running = 0;
    (void)side;
    for (uint32_t i = 0; i < board->count; i++)
        running += tl_job_state_of(atomic_load(&tl_job_at(board, i)->state)) ==
                   TL_JOB_TAKEN;
    snprintf(text, size, "%u jobs waiting, %u running%s", count_waiting(board),
             running,
             atomic_load(&board->posts) & TL_BOARD_CLOSED ? ", closed" : "");
}

bool tl_board_check(const struct tl_object *object)
{
    const struct tl_board *board = (const struct tl_board *)object;
    uint32_t waiting = 0, listed = 0, previous = 0;
    if (!tl_life_goes_on(board->owner))
        return true;
    for (uint32_t i = 0; i < board->count; i++)
        waiting += tl_job_state_of(atomic_load(&tl_job_at(board, i)->state)) ==
                   TL_JOB_WAITING;
    for (uint32_t at = board->first; at; listed++) {
        const struct tl_job *job = tl_job_at(board, at - 1);
        if (listed > waiting || job->previous != previous ||
            tl_job_state_of(atomic_load(&job->state)) != TL_JOB_WAITING)
            return false;
        previous = at;
        at = job->next;
    }
    return listed == waiting && board->last == previous &&
           atomic_load(&board->listed) == listed;
}

void tl_board_destroy(struct tl_object *object)
{
    struct tl_board *board = (struct tl_board *)object;
    for (uint32_t i = 0; i < board->count; i++) {
        tl_job_message_drop(&tl_job_at(board, i)->call);
        tl_job_message_drop(&tl_job_at(board, i)->result);
    }
    board->count = 0;
    for (unsigned k = 0; k < TL_JOB_CHUNKS; k++)
        tl_heap_release(&board->chunks[k], 0);
    for (uint32_t i = 0; i < TL_CODES_MOST; i++)
        tl_message_drop(&board->codes[i]);
}
