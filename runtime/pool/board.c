#include "pool/job.h"

#include <string.h>

#include "base/fault.h"
#include "park/since.h"
#include "store/heap.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "store/message.h"
#include "tasks/life.h"

/* The first line of what only the owner may do. */
static int enter_owner(const struct tl_handle *handle,
                       enum tl_operation operation)
{
    int status = tl_enter(handle, operation);
    if (status < 0)
        return status;
    return tl_board_of(handle)->owner == tl_task_id(tl_self) ? TL_OK
                                                             : TL_NOT_OWNER;
}

/* The first line of a look.  Offsets are of the arena where this thread is,
 * which may have been at work in a space. */
static struct tl_board *look_at(const struct tl_handle *handle)
{
    if (tl_arena != TL_HOME)
        tl_task_visit(TL_HOME);
    return tl_board_of(handle);
}

/* ---- making ---- */

int tl_board_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_board *board =
        tl_constructor_begin(out, TL_KIND_BOARD, name, 0, &status);
    if (!board)
        return status;
    board->owner = tl_task_id(tl_self);
    tl_guard_init(&board->guard, TL_GUARD_OBJECT, board);
    tl_wait_queue_init(&board->posted, board, TL_VERB_GET);
    tl_wait_queue_init(&board->finished, board, TL_VERB_WAIT);
    return tl_constructor_finish(out, 0);
}

bool tl_board_is_owner(const struct tl_handle *handle)
{
    /* without tl_enter: this is also asked by a thread that is about to sleep
     * in a space, and must stay there */
    return handle->object && handle->arena == TL_HOME &&
           tl_board_of(handle)->owner == tl_task_id_in(TL_HOME);
}

/* Makes sure that there is a slot behind those in use. */
static int extend(struct tl_board *board)
{
    unsigned k = tl_job_chunk(board->count);
    if (k >= TL_JOB_CHUNKS)
        return TL_NO_MEMORY;
    if (board->chunks[k])
        return TL_OK;
    return tl_heap_take(&board->chunks[k],
                        (uint64_t)(TL_JOBS_FIRST << k) * sizeof(struct tl_job));
}

/* A free job, or a status. */
static int64_t take_free(struct tl_board *board)
{
    if (board->free) {
        uint32_t number = board->free - 1;
        board->free = tl_job_at(board, number)->next;
        return number;
    }
    int status = extend(board);
    if (status < 0)
        return status;
    struct tl_job *job = tl_job_at(board, board->count);
    memset(job, 0, offsetof(struct tl_job, call.bytes));
    job->result.block = 0;
    job->result.size = 0;
    /* so that whoever destroys the board finds the slot's words clean */
    atomic_signal_fence(memory_order_seq_cst);
    return board->count++;
}

static void give_back(struct tl_board *board, uint32_t number)
{
    struct tl_job *job = tl_job_at(board, number);
    tl_job_message_drop(&job->call);
    tl_job_message_drop(&job->result);
    atomic_store_explicit(&job->state, TL_JOB_FREE, memory_order_relaxed);
    job->next = board->free;
    board->free = number + 1;
}

static void post(struct tl_board *board, uint32_t number)
{
    struct tl_job *job = tl_job_at(board, number);
    tl_guard_take(&board->guard, TL_FOREVER);
    tl_job_append(board, number);
    tl_fault();
    atomic_store_explicit(&job->state, TL_JOB_WAITING, memory_order_relaxed);
    atomic_fetch_add(&board->posts, 1); /* commit */
    tl_fault();
    tl_guard_drop(&board->guard);
    tl_wake(&board->posted, 1);
}

/* ---- the owner ---- */

int tl_board_begin(const struct tl_handle *handle, const char *call)
{
    tl_idle_first();
    return enter_owner(handle, tl_operation_find(TL_KIND_BOARD, call));
}

int64_t tl_board_submit(const struct tl_handle *handle,
                        const struct tl_message *m, int64_t after)
{
    int status = enter_owner(handle, TL_OP_BOARD_SUBMIT);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    if (atomic_load(&board->posts) & TL_BOARD_CLOSED)
        return TL_CLOSED;
    int64_t number = take_free(board);
    if (number < 0)
        return number;
    struct tl_job *job = tl_job_at(board, (uint32_t)number);
    job->member = 0;
    job->reached = 0;
    status = tl_job_message_fill(&job->call, m);
    tl_fault();
    if (status < 0) {
        give_back(board, (uint32_t)number);
        return status;
    }
    if (after >= 0)
        tl_job_at(board, (uint32_t)after)->member = (uint32_t)number + 1;
    post(board, (uint32_t)number);
    return number;
}

enum tl_job_state tl_board_state(const struct tl_handle *handle, uint32_t job,
                                 uint32_t *worker)
{
    /* acquire: pairs with finish(), whose result is going to be read */
    const struct tl_job *at = tl_job_at(look_at(handle), job);
    uint64_t word = atomic_load_explicit(&at->state, memory_order_acquire);
    if (worker)
        *worker = (uint32_t)(word >> TL_JOB_ID_SHIFT);
    return tl_job_state_of(word);
}

void tl_board_result(const struct tl_handle *handle, uint32_t job,
                     struct tl_parcel *parcel)
{
    tl_job_message_show(&tl_job_at(look_at(handle), job)->result, parcel);
}

int64_t tl_board_member(const struct tl_handle *handle, uint32_t job)
{
    return (int64_t)tl_job_at(look_at(handle), job)->member - 1;
}

/* Settles a job that no worker works on: it is WAITING, or beyond TAKEN. */
static int settle(struct tl_board *board, uint32_t number,
                  enum tl_job_state state, const struct tl_message *m)
{
    struct tl_job *job = tl_job_at(board, number);
    int status = m ? tl_job_message_fill(&job->result, m) : TL_OK;
    atomic_store(&job->state, state);
    atomic_fetch_add(&board->finishes, 1);
    return status;
}

int tl_board_fail(const struct tl_handle *handle, uint32_t job,
                  const struct tl_message *m)
{
    int status = enter_owner(handle, TL_OP_NONE);
    return status < 0 ? status
                      : settle(tl_board_of(handle), job, TL_JOB_FAILED, m);
}

int tl_board_retry(const struct tl_handle *handle, uint32_t number)
{
    int status = enter_owner(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    tl_job_message_drop(&tl_job_at(board, number)->result);
    post(board, number);
    return TL_OK;
}

static bool withdraw(struct tl_board *board, struct tl_job *job)
{
    tl_guard_take(&board->guard, TL_FOREVER);
    bool waits = tl_job_state_of(atomic_load(&job->state)) == TL_JOB_WAITING;
    if (waits) {
        atomic_store(&job->state, TL_JOB_CANCELLED); /* commit */
        tl_fault();
        tl_job_unlink(board, job);
        tl_fault();
    }
    tl_guard_drop(&board->guard);
    return waits;
}

int tl_board_cancel(const struct tl_handle *handle, uint32_t number,
                    uint32_t *worker)
{
    int status = enter_owner(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    struct tl_job *job = tl_job_at(board, number);
    if (worker)
        *worker = 0;
    if (withdraw(board, job)) {
        atomic_fetch_add(&board->finishes, 1);
        return TL_OK;
    }
    uint64_t word = atomic_load(&job->state);
    uint32_t id = (uint32_t)(word >> TL_JOB_ID_SHIFT);
    if (worker && tl_job_state_of(word) == TL_JOB_TAKEN &&
        atomic_compare_exchange_strong(&job->state, &word,
                                       tl_job_word(TL_JOB_CANCELLED, id))) {
        atomic_fetch_add(&board->finishes, 1);
        *worker = id;
        return TL_OK;
    }
    if (tl_job_state_of(word) != TL_JOB_DIED)
        return TL_ENDED;
    return settle(board, number, TL_JOB_CANCELLED, NULL);
}

void tl_board_release(const struct tl_handle *handle, uint32_t job)
{
    if (enter_owner(handle, TL_OP_NONE) == TL_OK)
        give_back(tl_board_of(handle), job);
}

int tl_board_close(const struct tl_handle *handle)
{
    int status = enter_owner(handle, TL_OP_BOARD_CLOSE);
    if (status < 0)
        return status;
    atomic_fetch_or(&tl_board_of(handle)->posts, TL_BOARD_CLOSED); /* commit */
    tl_wake(&tl_board_of(handle)->posted, TL_WAKE_ALL);
    return TL_OK;
}

void tl_board_progress(const struct tl_handle *handle,
                       struct tl_board_progress *progress)
{
    const struct tl_board *board = tl_board_of(handle);
    progress->finishes = atomic_load(&board->finishes);
    progress->deaths = atomic_load(&board->deaths);
    progress->readies = atomic_load(&board->readies);
    progress->waiting = board->first != 0;
    progress->listed = atomic_load(&board->listed);
}

bool tl_board_has_left(const struct tl_handle *handle, uint32_t worker)
{
    if (enter_owner(handle, TL_OP_NONE) < 0)
        return false;
    struct tl_task *task = tl_task_of(worker);
    return tl_task_id(task) != worker ||
           tl_task_state(task) == TL_TASK_LEAVING || tl_life_has_ended(task);
}

void tl_board_attend(const struct tl_handle *handle, bool on)
{
    atomic_store(&tl_board_of(handle)->attentive, on);
}

int tl_board_await(const struct tl_handle *handle, uint64_t seen, uint64_t more,
                   tl_deadline deadline)
{
    int status = enter_owner(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    atomic_store(&board->wanted, seen + more);
    return tl_wait(&board->finished, &board->finishes, seen, deadline);
}

/* Each look that finds no room says so anew; the wait goes on since its first.
 */
static int seek_room(const struct tl_handle *handle)
{
    bool again = atomic_load(&tl_self->intent.operation) == TL_OP_BOARD_ROOM;
    int64_t since = again ? tl_since_set(0) : 0;
    int status = tl_enter(handle, TL_OP_BOARD_ROOM);
    if (again)
        tl_since_set(since);
    return status;
}

int tl_board_await_room(const struct tl_handle *handle, uint32_t most,
                        uint64_t seen, tl_deadline deadline)
{
    int status = enter_owner(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    atomic_store(&board->seeks_room, 1); /* then `listed`: see tell_room */
    if (atomic_load(&board->listed) >= most) {
        status = seek_room(handle);
        atomic_store(&board->wanted, seen + 1);
        if (status == TL_OK)
            status =
                tl_wait(&board->finished, &board->finishes, seen, deadline);
    }
    atomic_store(&board->seeks_room, 0);
    return status;
}

/* ---- code ---- */

int64_t tl_board_add_code(const struct tl_handle *handle,
                          const struct tl_message *m)
{
    int status = enter_owner(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_board *board = tl_board_of(handle);
    uint32_t count = atomic_load(&board->code_count);
    if (count == TL_CODES_MOST)
        return TL_FULL;
    status = tl_message_pack(&board->codes[count], m);
    if (status < 0)
        return status;
    atomic_store(&board->code_count, count + 1); /* commit */
    return count;
}

bool tl_board_code(const struct tl_handle *handle, uint64_t number,
                   struct tl_parcel *parcel)
{
    const struct tl_board *board = look_at(handle);
    if (number >= atomic_load(&board->code_count))
        return false;
    tl_message_show(board->codes[number], parcel);
    return true;
}

/* ---- a future to wait for ---- */

int tl_job_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_board *board = tl_board_of(handle);
    if (handle->cell == TL_JOB_SETTLED)
        return 1;
    /* a look writes to the jobs; and in a child's copy of the handle the number
     * may by now be another future's */
    if (!tl_board_is_owner(handle) && !(handle->side & TL_SIDE_LOOKS))
        return TL_NOT_OWNER;
    *watch = (struct tl_watch){.condition = &board->finished,
                               .word = &board->finishes,
                               .seen = atomic_load(&board->finishes)};
    atomic_store(&board->wanted, 0);
    return tl_board_look(handle, handle->cell, NULL);
}

int tl_board_look(const struct tl_handle *handle, uint32_t first,
                  uint32_t *failed)
{
    const struct tl_board *board = look_at(handle);
    struct tl_job *head = tl_job_at(board, first);
    bool all = true;
    uint32_t next = head->reached ? head->reached : first + 1;
    while (next) {
        const struct tl_job *job = tl_job_at(board, next - 1);
        enum tl_job_state state = tl_board_state(handle, next - 1, NULL);
        if (state == TL_JOB_FAILED || state == TL_JOB_CANCELLED) {
            if (failed)
                *failed = next - 1;
            return 1;
        }
        /* jobs are taken in order: behind one that waits all wait, but for
         * those whose worker died and that wait once more */
        if (state == TL_JOB_WAITING)
            return 0;
        all = all && state == TL_JOB_DONE;
        if (all)
            head->reached = next;
        next = job->member;
    }
    return all ? 2 : 0;
}
