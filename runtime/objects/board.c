#include "board.h"

#include <stdio.h>
#include <string.h>

#include "handle.h"
#include "insight/fault.h"
#include "store/block.h"
#include "store/message.h"
#include "tasks/death.h"
#include "wait/park.h"

#define CLOSED (UINT64_C(1) << 63)
#define ID_SHIFT 32

static struct tl_board *board_of(const struct tl_handle *handle)
{
    return handle->object;
}

/* The first line of what only the owner may do. */
static int enter_owner(const struct tl_handle *handle)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    return board_of(handle)->owner == tl_task_id(tl_self) ? TL_OK
                                                          : TL_NOT_OWNER;
}

static struct tl_job *job_at(const struct tl_board *board, uint32_t number)
{
    uint32_t scaled = number / TL_JOBS_FIRST + 1;
    unsigned k = 31 - (unsigned)__builtin_clz(scaled);
    uint32_t within = number - TL_JOBS_FIRST * ((1u << k) - 1);
    return (struct tl_job *)tl_at(board->chunks[k]) + within;
}

static uint64_t with_id(enum tl_job_state state, uint32_t id)
{
    return (uint64_t)id << ID_SHIFT | state;
}

static enum tl_job_state state_of(uint64_t word)
{
    return (enum tl_job_state)(word & 0xff);
}

/* ---- packets ---- */

static void drop_packet(struct tl_packet *packet)
{
    tl_message_drop(&packet->block);
}

static int fill_packet(struct tl_packet *packet, const struct tl_message *m)
{
    drop_packet(packet);
    if (m->size > TL_JOB_SMALL || m->ref_count > 0)
        return tl_message_pack(&packet->block, m);
    packet->size = (uint32_t)m->size;
    tl_message_copy(packet->bytes, m);
    return TL_OK;
}

static void show_packet(const struct tl_packet *packet,
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

/* ---- making ---- */

int tl_board_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_board *board =
        tl_object_make(out, TL_KIND_BOARD, name, 0, &status);
    if (!board)
        return status;
    board->owner = tl_task_id(tl_self);
    tl_guard_init(&board->guard, TL_GUARD_OBJECT, board);
    tl_condition_init(&board->posted, board, TL_VERB_GET);
    tl_condition_init(&board->finished, board, TL_VERB_WAIT);
    return tl_object_publish(out, 0);
}

bool tl_board_is_owner(const struct tl_handle *handle)
{
    return handle->object && tl_self && handle->arena == TL_HOME &&
           board_of(handle)->owner == tl_task_id(tl_self);
}

/* Makes sure that the slot beyond those in use is there. */
static int extend(struct tl_board *board)
{
    uint32_t scaled = board->count / TL_JOBS_FIRST + 1;
    unsigned k = 31 - (unsigned)__builtin_clz(scaled);
    if (k >= TL_JOB_CHUNKS)
        return TL_NO_MEMORY;
    if (board->chunks[k])
        return TL_OK;
    return tl_block_take(&board->chunks[k],
                         (uint64_t)(TL_JOBS_FIRST << k) *
                             sizeof(struct tl_job));
}

/* A free job, or a status. */
static int64_t take_free(struct tl_board *board)
{
    if (board->free) {
        uint32_t number = board->free - 1;
        board->free = job_at(board, number)->next;
        return number;
    }
    int status = extend(board);
    if (status < 0)
        return status;
    struct tl_job *job = job_at(board, board->count);
    memset(job, 0, offsetof(struct tl_job, call.bytes));
    job->result.block = 0;
    job->result.size = 0;
    /* what destroys the board finds the slot's words clean */
    atomic_signal_fence(memory_order_seq_cst);
    return board->count++;
}

static void give_back(struct tl_board *board, uint32_t number)
{
    struct tl_job *job = job_at(board, number);
    drop_packet(&job->call);
    drop_packet(&job->result);
    atomic_store_explicit(&job->state, TL_JOB_FREE, memory_order_relaxed);
    job->next = board->free;
    board->free = number + 1;
}

/* ---- the list of those that wait: under the guard ---- */

static void append(struct tl_board *board, uint32_t number)
{
    struct tl_job *job = job_at(board, number);
    job->next = 0;
    job->previous = board->last;
    if (board->last)
        job_at(board, board->last - 1)->next = number + 1;
    else
        board->first = number + 1;
    board->last = number + 1;
}

static void unlink_job(struct tl_board *board, const struct tl_job *job)
{
    if (job->previous)
        job_at(board, job->previous - 1)->next = job->next;
    else
        board->first = job->next;
    if (job->next)
        job_at(board, job->next - 1)->previous = job->previous;
    else
        board->last = job->previous;
}

static void post(struct tl_board *board, uint32_t number)
{
    struct tl_job *job = job_at(board, number);
    tl_guard_take(&board->guard, TL_FOREVER);
    append(board, number);
    tl_fault();
    atomic_store_explicit(&job->state, TL_JOB_WAITING, memory_order_relaxed);
    atomic_fetch_add(&board->posts, 1); /* commit */
    tl_fault();
    tl_guard_drop(&board->guard);
    tl_wake(&board->posted, 1);
}

/* ---- the owner ---- */

int64_t tl_board_submit(const struct tl_handle *handle,
                        const struct tl_message *m, int64_t after)
{
    int status = enter_owner(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
    if (atomic_load_explicit(&board->posts, memory_order_relaxed) & CLOSED)
        return TL_CLOSED;
    int64_t number = take_free(board);
    if (number < 0)
        return number;
    struct tl_job *job = job_at(board, (uint32_t)number);
    job->member = 0;
    job->reached = 0;
    status = fill_packet(&job->call, m);
    tl_fault();
    if (status < 0) {
        give_back(board, (uint32_t)number);
        return status;
    }
    if (after >= 0)
        job_at(board, (uint32_t)after)->member = (uint32_t)number + 1;
    post(board, (uint32_t)number);
    return number;
}

enum tl_job_state tl_board_state(const struct tl_handle *handle, uint32_t job,
                                 uint32_t *worker)
{
    /* acquire: pairs with finish(), whose result is going to be read */
    uint64_t word = atomic_load_explicit(&job_at(board_of(handle), job)->state,
                                         memory_order_acquire);
    if (worker)
        *worker = (uint32_t)(word >> ID_SHIFT);
    return state_of(word);
}

void tl_board_result(const struct tl_handle *handle, uint32_t job,
                     struct tl_parcel *parcel)
{
    show_packet(&job_at(board_of(handle), job)->result, parcel);
}

int64_t tl_board_member(const struct tl_handle *handle, uint32_t job)
{
    return (int64_t)job_at(board_of(handle), job)->member - 1;
}

/* Nobody but the owner has the job in hands: it is WAITING, or beyond TAKEN. */
static int settle(struct tl_board *board, uint32_t number,
                  enum tl_job_state state, const struct tl_message *m)
{
    struct tl_job *job = job_at(board, number);
    int status = m ? fill_packet(&job->result, m) : TL_OK;
    atomic_store(&job->state, state);
    atomic_fetch_add(&board->finishes, 1);
    return status;
}

int tl_board_fail(const struct tl_handle *handle, uint32_t job,
                  const struct tl_message *m)
{
    int status = enter_owner(handle);
    return status < 0 ? status
                      : settle(board_of(handle), job, TL_JOB_FAILED, m);
}

int tl_board_retry(const struct tl_handle *handle, uint32_t number)
{
    int status = enter_owner(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
    drop_packet(&job_at(board, number)->result);
    post(board, number);
    return TL_OK;
}

static bool withdraw(struct tl_board *board, struct tl_job *job)
{
    tl_guard_take(&board->guard, TL_FOREVER);
    bool waits = state_of(atomic_load(&job->state)) == TL_JOB_WAITING;
    if (waits) {
        atomic_store(&job->state, TL_JOB_CANCELLED); /* commit */
        tl_fault();
        unlink_job(board, job);
        tl_fault();
    }
    tl_guard_drop(&board->guard);
    return waits;
}

int tl_board_cancel(const struct tl_handle *handle, uint32_t number,
                    uint32_t *worker)
{
    int status = enter_owner(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
    struct tl_job *job = job_at(board, number);
    if (worker)
        *worker = 0;
    if (withdraw(board, job)) {
        atomic_fetch_add(&board->finishes, 1);
        return TL_OK;
    }
    uint64_t word = atomic_load(&job->state);
    uint32_t id = (uint32_t)(word >> ID_SHIFT);
    if (worker && state_of(word) == TL_JOB_TAKEN &&
        atomic_compare_exchange_strong(&job->state, &word,
                                       with_id(TL_JOB_CANCELLED, id))) {
        atomic_fetch_add(&board->finishes, 1);
        *worker = id;
        return TL_OK;
    }
    if (state_of(word) != TL_JOB_DIED)
        return TL_ENDED;
    return settle(board, number, TL_JOB_CANCELLED, NULL);
}

void tl_board_release(const struct tl_handle *handle, uint32_t job)
{
    if (enter_owner(handle) == TL_OK)
        give_back(board_of(handle), job);
}

int tl_board_close(const struct tl_handle *handle)
{
    int status = enter_owner(handle);
    if (status < 0)
        return status;
    atomic_fetch_or(&board_of(handle)->posts, CLOSED); /* commit */
    tl_wake(&board_of(handle)->posted, TL_WAKE_ALL);
    return TL_OK;
}

void tl_board_progress(const struct tl_handle *handle,
                       struct tl_board_progress *progress)
{
    const struct tl_board *board = board_of(handle);
    progress->finishes = atomic_load(&board->finishes);
    progress->deaths = atomic_load(&board->deaths);
    progress->readies = atomic_load(&board->readies);
    progress->waiting = board->first != 0;
}

bool tl_board_has_left(const struct tl_handle *handle, uint32_t worker)
{
    struct tl_task *task = tl_task_of(worker);
    if (enter_owner(handle) < 0)
        return false;
    return tl_task_id(task) != worker ||
           tl_task_state(task) == TL_TASK_LEAVING || tl_death_happened(task);
}

void tl_board_attend(const struct tl_handle *handle, bool on)
{
    atomic_store(&board_of(handle)->attentive, on);
}

int tl_board_await(const struct tl_handle *handle, uint64_t seen,
                   uint64_t more, tl_deadline deadline)
{
    int status = enter_owner(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
    atomic_store(&board->wanted, seen + more);
    return tl_wait(&board->finished, &board->finishes, seen, deadline);
}

/* ---- workers ---- */

static struct tl_job *take(struct tl_board *board, struct tl_cell *cell,
                           uint32_t *number)
{
    struct tl_job *job = NULL;
    tl_guard_take(&board->guard, TL_FOREVER);
    if (board->first) {
        *number = board->first - 1;
        job = job_at(board, *number);
        cell->taken = *number + 1;
        tl_fault();
        atomic_store(&job->state,
                     with_id(TL_JOB_TAKEN, tl_task_id(tl_self))); /* commit */
        tl_fault();
        unlink_job(board, job);
        tl_fault();
    }
    tl_guard_drop(&board->guard);
    return job;
}

int tl_board_take(const struct tl_handle *handle, struct tl_parcel *parcel,
                  uint32_t *number, tl_deadline deadline)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
    for (;;) {
        uint64_t seen = atomic_load(&board->posts);
        struct tl_job *job = take(board, tl_handle_cell(handle), number);
        if (job) {
            show_packet(&job->call, parcel);
            return TL_OK;
        }
        if (seen & CLOSED)
            return TL_CLOSED;
        status = tl_wait(&board->posted, &board->posts, seen, deadline);
        if (status < 0)
            return status;
    }
}

/* Between the owner's park and its sleep it looks at `finishes`, so that a call
 * which comes too early is none that is missed. */
static void call_owner(struct tl_board *board)
{
    struct tl_task *owner = tl_task_of(board->owner);
    if (atomic_load(&board->attentive) && tl_task_id(owner) == board->owner)
        tl_park_call(owner);
}

int tl_board_finish(const struct tl_handle *handle, uint32_t number, bool ok,
                    const struct tl_message *m)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
    struct tl_job *job = job_at(board, number);
    uint64_t taken = with_id(TL_JOB_TAKEN, tl_task_id(tl_self));
    status = fill_packet(&job->result, m);
    if (status < 0)
        return status;
    tl_fault();
    if (!atomic_compare_exchange_strong(
            &job->state, &taken,
            with_id(ok ? TL_JOB_DONE : TL_JOB_FAILED,
                    tl_task_id(tl_self)))) /* commit */
        return TL_ENDED;
    tl_fault();
    uint64_t finishes = atomic_fetch_add(&board->finishes, 1) + 1;
    tl_fault();
    tl_handle_cell(handle)->taken = 0;
    if (!ok || finishes >= atomic_load(&board->wanted))
        tl_wake(&board->finished, TL_WAKE_ALL);
    call_owner(board);
    return TL_OK;
}

void tl_board_ready(const struct tl_handle *handle)
{
    if (tl_enter(handle) == TL_OK)
        atomic_fetch_add(&board_of(handle)->readies, 1);
}

/* ---- code ---- */

int64_t tl_board_add_code(const struct tl_handle *handle,
                          const struct tl_message *m)
{
    int status = enter_owner(handle);
    if (status < 0)
        return status;
    struct tl_board *board = board_of(handle);
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
    const struct tl_board *board = board_of(handle);
    if (number >= atomic_load(&board->code_count))
        return false;
    tl_message_show(board->codes[number], parcel);
    return true;
}

/* ---- a future in ipc.wait ---- */

int tl_job_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_board *board = board_of(handle);
    if (handle->cell == TL_JOB_SETTLED)
        return 1;
    *watch = (struct tl_watch){.condition = &board->finished,
                               .word = &board->finishes,
                               .seen = atomic_load(&board->finishes)};
    atomic_store(&board->wanted, 0);
    return tl_board_look(handle, handle->cell, NULL);
}

int tl_board_look(const struct tl_handle *handle, uint32_t first,
                  uint32_t *failed)
{
    const struct tl_board *board = board_of(handle);
    struct tl_job *head = job_at(board, first);
    bool all = true;
    uint32_t next = head->reached ? head->reached : first + 1;
    while (next) {
        const struct tl_job *job = job_at(board, next - 1);
        enum tl_job_state state = tl_board_state(handle, next - 1, NULL);
        if (state == TL_JOB_FAILED || state == TL_JOB_CANCELLED) {
            if (failed)
                *failed = next - 1;
            return 1;
        }
        /* jobs are taken in order: behind one that waits all do, but for those
         * that wait once more */
        if (state == TL_JOB_WAITING)
            return 0;
        all = all && state == TL_JOB_DONE;
        if (all)
            head->reached = next;
        next = job->member;
    }
    return all ? 2 : 0;
}

/* ---- deaths, reports ---- */

void tl_board_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead)
{
    struct tl_board *board = (struct tl_board *)object;
    (void)guard;
    if (tl_task_id(dead) == board->owner) {
        /* nobody is left to work */
        board->first = board->last = 0;
        return;
    }
    /* it took the first: the job's state is the commit of that */
    if (board->first) {
        const struct tl_job *job = job_at(board, board->first - 1);
        if (state_of(atomic_load(&job->state)) != TL_JOB_WAITING)
            board->first = job->next;
    }
    if (board->first)
        job_at(board, board->first - 1)->previous = 0;
    else
        board->last = 0;
}

void tl_board_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell)
{
    struct tl_board *board = (struct tl_board *)object;
    if (cell->taken) {
        uint32_t id = tl_task_id(dead);
        uint64_t taken = with_id(TL_JOB_TAKEN, id);
        atomic_compare_exchange_strong(
            &job_at(board, cell->taken - 1)->state, &taken,
            with_id(TL_JOB_DIED, id)); /* commit */
        tl_fault();
    }
    atomic_fetch_add(&board->deaths, 1);
    tl_fault();
    /* also where it had finished the job, but not yet said so */
    atomic_fetch_add(&board->finishes, 1);
    tl_fault();
    tl_wake(&board->finished, TL_WAKE_ALL);
    if (tl_task_id(tl_task_of(board->owner)) == board->owner)
        tl_park_call(tl_task_of(board->owner));
}

static uint32_t count_waiting(const struct tl_board *board)
{
    uint32_t n = 0;
    for (uint32_t at = board->first; at && n < board->count; n++)
        at = job_at(board, at - 1)->next;
    return n;
}

void tl_board_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_board *board = (const struct tl_board *)object;
    uint32_t running = 0;
    (void)side;
    for (uint32_t i = 0; i < board->count; i++)
        running += state_of(atomic_load(&job_at(board, i)->state)) ==
                   TL_JOB_TAKEN;
    snprintf(text, size, "%u jobs waiting, %u running%s",
             count_waiting(board), running,
             atomic_load(&board->posts) & CLOSED ? ", closed" : "");
}

bool tl_board_check(const struct tl_object *object)
{
    const struct tl_board *board = (const struct tl_board *)object;
    uint32_t waiting = 0, listed = 0, previous = 0;
    if (!tl_death_alive(board->owner))
        return true;
    for (uint32_t i = 0; i < board->count; i++)
        waiting += state_of(atomic_load(&job_at(board, i)->state)) ==
                   TL_JOB_WAITING;
    for (uint32_t at = board->first; at; listed++) {
        const struct tl_job *job = job_at(board, at - 1);
        if (listed > waiting || job->previous != previous ||
            state_of(atomic_load(&job->state)) != TL_JOB_WAITING)
            return false;
        previous = at;
        at = job->next;
    }
    return listed == waiting && board->last == previous;
}

void tl_board_destroy(struct tl_object *object)
{
    struct tl_board *board = (struct tl_board *)object;
    for (uint32_t i = 0; i < board->count; i++) {
        drop_packet(&job_at(board, i)->call);
        drop_packet(&job_at(board, i)->result);
    }
    board->count = 0;
    for (unsigned k = 0; k < TL_JOB_CHUNKS; k++)
        tl_block_release(&board->chunks[k], 0);
    for (uint32_t i = 0; i < TL_CODES_MOST; i++)
        tl_message_drop(&board->codes[i]);
}
