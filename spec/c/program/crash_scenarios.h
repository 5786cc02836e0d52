/* The scenarios of the crash sweep; only crash_test.c includes them. */
#include "crash.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "data/pipe.h"
#include "data/queue.h"
#include "store/refs.h"
#include "sync/semaphore.h"
#include "tasks/life.h"
#include "tidelock.h"

static struct tl_handle queue, lock, semaphore, event, barrier, value, ends[2];
static struct tl_handle other; /* travels inside messages */
static struct tl_parcel parcel;
static char large[10000];

static int partner_number; /* of this partner, from 0 */
static long armed_at;      /* the step at which the victim dies */

/* A deadline longer than anyone waits for the others: a task that goes on only
 * when its time is over goes on too late. */
static tl_deadline soon(void)
{
    return tl_deadline_in(4 * PATIENCE);
}

static int put(int n)
{
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    return tl_queue_put(&queue, &m, 0, soon());
}

/* Puts the n-th message, which needs a block and carries a reference. */
static int put_large(int n)
{
    tl_ref ref = tl_handle_ref(&other);
    struct tl_slice slices[] = {{&n, sizeof n}, {large, sizeof large}};
    struct tl_message m = {slices, 2, sizeof n + sizeof large, &ref, 1};
    return tl_queue_put(&queue, &m, 0, soon());
}

/* Gets a message: its number, or a negative status. */
static int get(tl_deadline deadline)
{
    int n, status = tl_queue_get(&queue, &parcel, deadline);
    if (status < 0)
        return status;
    memcpy(&n, parcel.data, sizeof n);
    tl_parcel_drop(&parcel);
    return n;
}

static int drain(void)
{
    int count = 0;
    while (get(TL_NOW) >= 0)
        count++;
    return count;
}

/* ---- queue: put, with a reader asleep ---- */

static void make_queue(void)
{
    tl_queue_new(&queue, "swept", TL_FIFO, 0);
    tl_event_new(&other, "travels");
}

static bool get_one(void)
{
    int n = get(soon());
    return n == 1 || n == 2;
}

static void victim_puts(void)
{
    put(1);
}

static void victim_puts_large(void)
{
    put_large(1);
}

static bool reader_goes_on(void)
{
    return put(2) == TL_OK;
}

/* ---- queue: get, with one message lost at most ---- */

static void make_filled_queue(void)
{
    make_queue();
    put(1);
    put(2);
}

static void make_filled_large_queue(void)
{
    make_queue();
    put_large(1);
    put_large(2);
}

static void victim_gets(void)
{
    get(TL_NOW);
}

static void victim_gets_and_reports(void)
{
    get(TL_NOW);
    tl_queue_task_done(&queue);
}

static bool rest_comes_and_join_ends(void)
{
    int first = get(TL_NOW), second = get(TL_NOW);
    if (!(first == 2 && second == TL_EMPTY) && !(first == 1 && second == 2))
        return false;
    int got = second == 2 ? 2 : 1;
    for (int i = 0; i < got; i++)
        if (tl_queue_task_done(&queue) != TL_OK)
            return false;
    return tl_queue_join(&queue, soon()) >= 0;
}

/* ---- bounded queue: a writer asleep ---- */

static void make_full_queue(void)
{
    tl_queue_new(&queue, "full", TL_FIFO, 1);
    tl_event_new(&other, "travels");
    put(1);
}

static bool put_one(void)
{
    return put(2) == TL_OK;
}

static bool writer_goes_on(void)
{
    int n = get(TL_NOW); /* 1 where the victim did not get it */
    return (n == 1 && get(soon()) == 2) ||
           (n == TL_EMPTY && get(soon()) == 2) || n == 2;
}

static void victim_times_out(void)
{
    int n = 3;
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    tl_queue_put(&queue, &m, 0, tl_deadline_in(0.002));
}

static bool both_come(void)
{
    return get(soon()) == 1 && get(soon()) == 2;
}

/* ---- closing a queue ---- */

static bool hear_the_close(void)
{
    return get(soon()) == TL_CLOSED;
}

static void victim_closes(void)
{
    tl_queue_close(&queue);
}

static bool close_is_whole(void)
{
    return tl_queue_close(&queue) == TL_OK && put(1) == TL_CLOSED;
}

/* ---- priority queue, growing ---- */

static void make_heap(void)
{
    tl_queue_new(&queue, "heap", TL_PRIORITY, 0);
    tl_event_new(&other, "travels");
    for (int i = 0; i < 32; i++)
        put(i);
}

static void victim_grows_heap(void)
{
    put(32);
}

static bool heap_is_whole(void)
{
    if (put(33) != TL_OK)
        return false;
    int64_t size = tl_queue_size(&queue);
    return (size == 33 || size == 34) && drain() == size;
}

static bool heap_rest_comes(void)
{
    int64_t size = tl_queue_size(&queue);
    if ((size != 31 && size != 32) || drain() != size)
        return false;
    for (int i = 0; i < size; i++)
        if (tl_queue_task_done(&queue) != TL_OK)
            return false;
    return tl_queue_join(&queue, soon()) >= 0;
}

/* ---- lock ---- */

static void make_lock(void)
{
    tl_lock_new(&lock, "swept");
}

static void victim_locks(void)
{
    if (tl_lock_acquire(&lock, TL_FOREVER) >= 0)
        tl_lock_release(&lock);
}

static bool lock_can_be_had(void)
{
    return tl_lock_acquire(&lock, soon()) >= 0 &&
           tl_lock_release(&lock) == TL_OK;
}

static void make_held_lock(void)
{
    make_lock();
    tl_lock_acquire(&lock, TL_NOW);
}

static void victim_waits_for_lock(void)
{
    tl_lock_acquire(&lock, tl_deadline_in(0.002));
}

static bool lock_passes_on(void)
{
    return tl_lock_release(&lock) == TL_OK;
}

/* The victim dies while it holds the lock, or releases it, with the partner
 * asleep. */
static void make_lock_for_victim(void)
{
    make_lock();
    tl_event_new(&event, "held");
}

static bool wait_for_victim(void)
{
    return tl_event_wait(&event, soon()) == TL_OK && lock_can_be_had();
}

static void victim_holds(void)
{
    if (tl_lock_acquire(&lock, TL_FOREVER) < 0)
        return;
    tl_event_set(&event);
    struct timespec moment = {0, 3000000};
    nanosleep(&moment, NULL);
    tl_lock_release(&lock);
}

static bool set_event(void)
{
    return tl_event_set(&event) == TL_OK;
}

/* ---- recovery that is itself cut off ---- */

static void make_objects(void)
{
    make_filled_large_queue();
    make_lock();
    tl_semaphore_new(&semaphore, "swept", 2, true);
    tl_pipe_new(ends, "swept", true);
}

/* A child dies that holds a lock, a seat, an item of a queue, claims and
 * references; the victim recovers all that, and dies on the way. */
static void victim_recovers(void)
{
    struct tl_handle ruined = {0};
    siginfo_t info;
    tl_fault_arm(0);
    tl_process_new(&ruined, "ruined", false);
    const struct tl_handle *given = &ends[0];
    if (tl_process_start(&ruined, &given, 1) == 0) {
        tl_lock_acquire(&lock, TL_NOW);
        tl_semaphore_acquire(&semaphore, TL_NOW);
        tl_queue_get(&queue, &parcel, TL_NOW);
        kill(getpid(), SIGKILL);
    }
    /* dead, but neither reaped nor recovered */
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
    tl_fault_arm(armed_at);
    tl_life_sweep();
}

static bool all_debts_are_paid(void)
{
    return tl_lock_acquire(&lock, soon()) == TL_ABANDONED &&
           tl_semaphore_acquire(&semaphore, soon()) == TL_OK &&
           tl_semaphore_acquire(&semaphore, soon()) == TL_OK &&
           tl_pipe_close(&ends[0]) == TL_OK &&
           tl_pipe_recv(&ends[1], &parcel, soon()) == TL_CLOSED &&
           get(TL_NOW) == 2 && tl_queue_task_done(&queue) == TL_OK &&
           tl_queue_join(&queue, soon()) == TL_ABANDONED &&
           tl_lock_release(&lock) == TL_OK &&
           tl_semaphore_release(&semaphore, 2) == TL_OK;
}

/* ---- semaphore, event, barrier, value ---- */

static void make_seats(void)
{
    tl_semaphore_new(&semaphore, "swept", 1, true);
}

static bool sit(void)
{
    return tl_semaphore_acquire(&semaphore, soon()) == TL_OK &&
           tl_semaphore_release(&semaphore, 1) == TL_OK;
}

/* Ends with the seat, which then comes back.  Another task may have released it
 * in between, so only the others can say whether it still has the seat. */
static bool take_seat(void)
{
    return tl_semaphore_acquire(&semaphore, soon()) == TL_OK;
}

static void make_taken_seats(void)
{
    make_seats();
    tl_semaphore_acquire(&semaphore, TL_NOW);
}

static void make_no_units(void)
{
    tl_semaphore_new(&semaphore, "swept", 0, false);
}

static bool take_unit(void)
{
    return tl_semaphore_acquire(&semaphore, soon()) == TL_OK;
}

/* Releases the unit where the victim did not. */
static bool give_unit(void)
{
    return tl_semaphore_release(&semaphore, 1) == TL_OK;
}

/* Waits long enough to be listed; the victim dies there, or leaves the list. */
static void victim_waits_for_a_unit(void)
{
    tl_semaphore_acquire(&semaphore, tl_deadline_in(0.001));
}

/* Starts a further task, and returns when that waits for a unit. */
static bool start_taker(struct tl_handle *taker, uint32_t waiting)
{
    struct tl_semaphore *at = semaphore.object;
    double limit = tl_now() + PATIENCE;
    tl_process_new(taker, "taker", false);
    if (tl_process_start(taker, NULL, 0) == 0) {
        bool well = take_unit();
        tl_process_finish(well ? 0 : 1);
        _exit(well ? 0 : 1);
    }
    while (tl_wait_queue_waiting(&at->released) < waiting && tl_now() < limit)
        tl_yield();
    return tl_wait_queue_waiting(&at->released) >= waiting;
}

static bool has_ended_well(struct tl_handle *taker)
{
    struct tl_process_info info = {0};
    bool joined = tl_process_join(taker, tl_deadline_in(PATIENCE)) == TL_OK;
    if (!joined)
        tl_process_signal(taker, SIGKILL);
    tl_process_info(taker, &info);
    tl_handle_close(taker);
    return joined && info.exitcode == 0;
}

/* Two takers must both be woken.  The first has the victim's slot, and so its
 * node in the list: if the victim were still listed, one wake would be lost. */
static bool units_reach_two_takers(void)
{
    struct tl_handle takers[2] = {{0}};
    bool well = true;
    for (uint32_t i = 0; i < 2; i++)
        well = start_taker(&takers[i], i + 1) && well;
    for (int i = 0; i < 2; i++)
        tl_semaphore_release(&semaphore, 1);
    for (int i = 0; i < 2; i++)
        well = has_ended_well(&takers[i]) && well;
    return well;
}

static void victim_gives_seat(void)
{
    tl_semaphore_release(&semaphore, 1);
}

static void victim_sits(void)
{
    if (tl_semaphore_acquire(&semaphore, TL_NOW) == TL_OK)
        tl_semaphore_release(&semaphore, 1);
}

static bool seat_comes_back(void)
{
    tl_semaphore_release(&semaphore, 1);
    return sit();
}

static void make_event(void)
{
    tl_event_new(&other, "over");
    tl_event_new(&event, "swept");
}

/* The first partner waits for the event; the others only watch, and may be
 * those who hear of the death.  Then the first, which was called but not woken,
 * depends on them. */
static bool hear_event_or_watch(void)
{
    if (partner_number > 0)
        return tl_event_wait(&other, soon()) == TL_OK;
    return tl_event_wait(&event, soon()) == TL_OK &&
           tl_event_set(&other) == TL_OK;
}

static void victim_sets(void)
{
    tl_event_set(&event);
}

/* Where the victim has set the event, nobody sets it again: its waiters must
 * have been woken all the same. */
static bool event_is_heard(void)
{
    return tl_event_is_set(&event) || tl_event_set(&event) == TL_OK;
}

static void make_barrier(void)
{
    tl_barrier_new(&barrier, "swept", 3);
}

static bool meet(void)
{
    int place = tl_barrier_wait(&barrier, soon());
    return place > 0 || place == TL_BROKEN;
}

static void victim_arrives(void)
{
    tl_barrier_wait(&barrier, soon());
}

static bool barrier_is_over(void)
{
    /* where the victim died before it arrived, the others still wait */
    return tl_barrier_abort(&barrier) == TL_OK;
}

static void make_value(void)
{
    tl_value_new(&value, "swept", (struct tl_number){.i = 40});
}

static void victim_adds(void)
{
    struct tl_number n = {.i = 1};
    tl_value_add(&value, &n);
}

static bool value_is_old_or_new(void)
{
    struct tl_number n = {.i = 1};
    return tl_value_add(&value, &n) == TL_OK && (n.i == 41 || n.i == 42);
}

/* ---- pipe ---- */

static void make_pipe(void)
{
    tl_pipe_new(ends, "swept", true);
}

static bool receive(void)
{
    int status = tl_pipe_recv(&ends[1], &parcel, soon());
    return status == TL_OK || status == TL_CLOSED;
}

static void victim_sends(void)
{
    int n = 1;
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    tl_pipe_send(&ends[0], &m, soon());
}

static void victim_sends_large(void)
{
    struct tl_slice slice = {large, sizeof large};
    struct tl_message m = {&slice, 1, sizeof large, NULL, 0};
    tl_pipe_send(&ends[0], &m, soon());
}

static bool receiver_goes_on(void)
{
    return tl_pipe_close(&ends[0]) == TL_OK;
}

static void make_filled_pipe(void)
{
    make_pipe();
    victim_sends();
    victim_sends();
}

static void make_filled_large_pipe(void)
{
    make_pipe();
    victim_sends_large();
    victim_sends_large();
}

static void victim_receives(void)
{
    tl_pipe_recv(&ends[1], &parcel, soon());
}

static bool next_can_be_received(void)
{
    bool came = tl_pipe_recv(&ends[1], &parcel, soon()) == TL_OK;
    if (came)
        tl_parcel_drop(&parcel);
    return came;
}

/* A full pipe, with a writer asleep. */
static void make_full_pipe(void)
{
    struct tl_slice slice = {large, sizeof large};
    struct tl_message m = {&slice, 1, sizeof large, NULL, 0};
    make_pipe();
    while (tl_pipe_send(&ends[0], &m, TL_NOW) == TL_OK)
        continue;
}

static bool send_one_more(void)
{
    int n = 1;
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    return tl_pipe_send(&ends[0], &m, soon()) == TL_OK;
}

/* The victim alone holds the other end, and gives it up. */
static void victim_closes_end(void)
{
    victim_sends();
    tl_pipe_close(&ends[0]);
}

/* ---- rwlock, condition, latch ---- */

static struct tl_handle rwlock, condition, latch;

static void make_rwlock(void)
{
    tl_rwlock_new(&rwlock, "swept");
    tl_rwlock_read(&rwlock, TL_NOW);
}

static bool write_once(void)
{
    return tl_rwlock_write(&rwlock, soon()) >= 0 &&
           tl_rwlock_release(&rwlock) == TL_OK;
}

static void victim_reads_and_writes(void)
{
    /* the partner waits to write: this one gives up, then has its turn */
    tl_rwlock_read(&rwlock, TL_NOW);
    tl_rwlock_write(&rwlock, tl_deadline_in(0.002));
}

static bool rwlock_passes_on(void)
{
    return tl_rwlock_release(&rwlock) == TL_OK && write_once();
}

static void make_condition(void)
{
    tl_condition_new(&condition, "swept", NULL);
}

static bool be_notified(void)
{
    return tl_condition_acquire(&condition, soon()) >= 0 &&
           tl_condition_wait(&condition, soon()) >= 0 &&
           tl_condition_release(&condition) == TL_OK;
}

static void victim_notifies(void)
{
    if (tl_condition_acquire(&condition, TL_FOREVER) < 0)
        return;
    tl_condition_notify(&condition, 1);
    tl_condition_release(&condition);
}

static void victim_waits_and_is_notified(void)
{
    if (tl_condition_acquire(&condition, TL_FOREVER) < 0)
        return;
    tl_condition_wait(&condition, tl_deadline_in(0.002));
    tl_condition_release(&condition);
}

static _Thread_local bool called;

static bool is_to_be_called(void)
{
    return !called;
}

static void wait_within(void)
{
    called = true;
    victim_waits_and_is_notified();
}

/* Waits within a wait, for which a row of nodes is added. */
static void victim_waits_within_its_wait(void)
{
    called = false;
    tl_idle_due = is_to_be_called;
    tl_idle_run = wait_within;
    victim_waits_and_is_notified();
    tl_idle_due = NULL;
}

static bool all_are_notified(void)
{
    return tl_condition_acquire(&condition, soon()) >= 0 &&
           tl_condition_notify(&condition, UINT32_MAX) == TL_OK &&
           tl_condition_release(&condition) == TL_OK;
}

static void make_latch(void)
{
    tl_latch_new(&latch, "swept", 1);
}

static bool pass_latch(void)
{
    return tl_latch_wait(&latch, soon()) == TL_OK;
}

static void victim_counts_down(void)
{
    tl_latch_count_down(&latch, 1);
}

static bool latch_is_open(void)
{
    return tl_latch_count(&latch) == 0 ||
           tl_latch_count_down(&latch, 1) == TL_OK;
}

/* ---- a process that starts a process ---- */

static void victim_starts(void)
{
    struct tl_handle child = {0};
    if (tl_process_new(&child, "grandchild", false) < 0)
        return;
    const struct tl_handle *given = &ends[0];
    int started = tl_process_start(&child, &given, 1);
    if (started == 0) {
        put(1);
        tl_process_finish(0);
        _exit(0);
    }
    tl_process_join(&child, soon());
    tl_handle_close(&child);
}

/* Ends in order, with all that it has to give back. */
static void victim_ends(void)
{
    tl_lock_acquire(&lock, TL_NOW);
    tl_semaphore_acquire(&semaphore, TL_NOW);
    tl_queue_get(&queue, &parcel, TL_NOW);
    tl_process_finish(0);
    _exit(0);
}

/* ---- a process with a thread ---- */

static bool thread_dies; /* the thread dies, and not the task that starts it */

/* A thread opens handles of its own to what its job carries. */
static void live_in_thread(void *unused)
{
    static struct tl_parcel job;
    (void)unused;
    if (thread_dies)
        tl_fault_arm(armed_at);
    tl_thread_job(&job);
    tl_handle_open(&queue, tl_parcel_ref(&job, 0));
    tl_handle_open(&ends[0], tl_parcel_ref(&job, 1));
    if (job.ref_count > 2) {
        tl_handle_open(&lock, tl_parcel_ref(&job, 2));
        tl_handle_open(&semaphore, tl_parcel_ref(&job, 3));
        tl_lock_acquire(&lock, TL_NOW);
        tl_semaphore_acquire(&semaphore, TL_NOW);
        tl_queue_get(&queue, &parcel, TL_NOW);
    } else {
        put(1);
    }
    tl_thread_drop_job();
    struct tl_slice slice = {"r", 1};
    tl_process_set_result(
        true,
        &(struct tl_message){.slices = &slice, .slice_count = 1, .size = 1});
    tl_thread_finish(0);
}

static void start_thread(size_t ref_count)
{
    struct tl_handle thread = {0};
    tl_ref refs[] = {tl_handle_ref(&queue), tl_handle_ref(&ends[0]),
                     tl_handle_ref(&lock), tl_handle_ref(&semaphore)};
    struct tl_message job = {.refs = refs, .ref_count = ref_count};
    if (tl_thread_new(&thread, "thread", false) < 0)
        return;
    if (tl_thread_start(&thread, &job, live_in_thread, NULL) == TL_OK)
        tl_process_join(&thread, soon());
    tl_handle_close(&thread);
}

static void victim_starts_thread(void)
{
    thread_dies = false;
    start_thread(2);
}

static void victim_has_thread(void)
{
    tl_fault_arm(0);
    thread_dies = true;
    start_thread(4);
}

static bool all_is_given_back(void)
{
    bool well = tl_lock_acquire(&lock, soon()) >= 0 &&
                tl_semaphore_acquire(&semaphore, soon()) == TL_OK &&
                tl_semaphore_acquire(&semaphore, soon()) == TL_OK &&
                tl_pipe_close(&ends[0]) == TL_OK &&
                tl_pipe_recv(&ends[1], &parcel, soon()) == TL_CLOSED;
    int left = drain();
    for (int i = 0; i < left; i++)
        tl_queue_task_done(&queue);
    return well && (left == 1 || left == 2) &&
           tl_queue_join(&queue, soon()) >= 0 &&
           tl_lock_release(&lock) == TL_OK &&
           tl_semaphore_release(&semaphore, 2) == TL_OK;
}

static void make_queue_and_pipe(void)
{
    make_queue();
    make_pipe();
}

static bool line_dies_out(void)
{
    tl_pipe_close(&ends[0]);
    return tl_pipe_recv(&ends[1], &parcel, soon()) == TL_CLOSED && drain() <= 1;
}

/* ---- the heap, full and in pieces, of which two are to be joined ---- */

#define PIECES 24

static uint64_t *piece_at(int i)
{
    return (uint64_t *)tl_at(tl_self->owned_blocks[TL_OWNED_KEPT_SEGMENT]) + i;
}

static void take_the_rest(uint64_t *owner)
{
    for (uint64_t size = UINT64_C(1) << 44; size >= 4096 && !*owner; size /= 2)
        tl_heap_take(owner, size);
}

static void make_pieces(void)
{
    uint64_t *words = &tl_self->owned_blocks[TL_OWNED_KEPT_SEGMENT];
    tl_heap_take(words, (PIECES + 64) * sizeof(uint64_t));
    memset(piece_at(0), 0, (PIECES + 64) * sizeof(uint64_t));
    for (int i = 0; i < PIECES; i++)
        tl_heap_take(piece_at(i), 20000);
    for (int i = PIECES; i < PIECES + 64; i++)
        take_the_rest(piece_at(i));
    for (int i = 0; i < PIECES; i += i % 5 ? 1 : 2)
        tl_heap_release(piece_at(i), 0);
}

static void victim_takes_two_pieces(void)
{
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    if (tl_heap_take(block, 39000) == TL_OK)
        tl_heap_release(block, 0);
}

static bool pieces_come_back(void)
{
    bool well = tl_heap_check();
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    well = tl_heap_take(block, 39000) == TL_OK && well;
    tl_heap_release(block, 0);
    for (int i = 0; i < PIECES + 64; i++)
        tl_heap_release(piece_at(i), 0);
    tl_heap_release(&tl_self->owned_blocks[TL_OWNED_KEPT_SEGMENT], 0);
    return tl_heap_check() && well;
}

#include "crash_space.h"
#include "crash_board.h"
#include "crash_lent.h"
#include "crash_table.h"

const struct scenario scenarios[] = {
    {"queue put", make_queue, get_one, 1, victim_puts, reader_goes_on},
    {"queue put, large with an object", make_queue, get_one, 1,
     victim_puts_large, reader_goes_on},
    {"queue get", make_filled_queue, NULL, 0, victim_gets,
     rest_comes_and_join_ends},
    {"queue get, large with an object", make_filled_large_queue, NULL, 0,
     victim_gets, rest_comes_and_join_ends},
    {"queue task_done", make_filled_queue, NULL, 0, victim_gets_and_reports,
     rest_comes_and_join_ends},
    {"bounded queue get", make_full_queue, put_one, 1, victim_gets,
     writer_goes_on},
    {"bounded queue put that times out", make_full_queue, put_one, 1,
     victim_times_out, both_come},
    {"queue close", make_queue, hear_the_close, 2, victim_closes,
     close_is_whole},
    {"priority queue put that grows", make_heap, NULL, 0, victim_grows_heap,
     heap_is_whole},
    {"priority queue get", make_heap, NULL, 0, victim_gets, heap_rest_comes},
    {"lock acquire and release", make_lock, NULL, 0, victim_locks,
     lock_can_be_had},
    {"lock acquire that times out", make_held_lock, lock_can_be_had, 1,
     victim_waits_for_lock, lock_passes_on},
    {"lock held and released to a waiter", make_lock_for_victim,
     wait_for_victim, 2, victim_holds, set_event},
    {"recovery of another task", make_objects, NULL, 0, victim_recovers,
     all_debts_are_paid},
    {"bounded semaphore acquire and release", make_seats, NULL, 0, victim_sits,
     sit},
    {"bounded semaphore release to a waiter", make_taken_seats, take_seat, 1,
     victim_gives_seat, seat_comes_back},
    {"semaphore release to a waiter", make_no_units, take_unit, 1,
     victim_gives_seat, give_unit},
    {"semaphore wait, and others come", make_no_units, NULL, 0,
     victim_waits_for_a_unit, units_reach_two_takers},
    {"event set", make_event, hear_event_or_watch, 4, victim_sets,
     event_is_heard},
    {"barrier wait", make_barrier, meet, 2, victim_arrives, barrier_is_over},
    {"value add", make_value, NULL, 0, victim_adds, value_is_old_or_new},
    {"pipe send", make_pipe, receive, 1, victim_sends, receiver_goes_on},
    {"pipe send, large", make_pipe, receive, 1, victim_sends_large,
     receiver_goes_on},
    {"pipe recv, large", make_filled_large_pipe, NULL, 0, victim_receives,
     next_can_be_received},
    {"pipe recv", make_filled_pipe, NULL, 0, victim_receives,
     next_can_be_received},
    {"pipe recv with a sender asleep", make_full_pipe, send_one_more, 1,
     victim_receives, next_can_be_received},
    {"pipe close", make_pipe, receive, 1, victim_closes_end, receiver_goes_on},
    {"rwlock read and write", make_rwlock, write_once, 1,
     victim_reads_and_writes, rwlock_passes_on},
    {"condition notify", make_condition, be_notified, 2, victim_notifies,
     all_are_notified},
    {"condition wait", make_condition, be_notified, 1,
     victim_waits_and_is_notified, all_are_notified},
    {"condition wait within a wait", make_condition, be_notified, 1,
     victim_waits_within_its_wait, all_are_notified},
    {"latch count_down", make_latch, pass_latch, 2, victim_counts_down,
     latch_is_open},
    {"an object of a space", make_space, NULL, 0, victim_uses_space,
     space_is_whole},
    {"a wait for several objects", make_several_and_pipe, get_one, 1,
     victim_waits_for_several, several_go_on},
    {"table set", make_table, NULL, 0, victim_sets_small, small_is_old_or_new},
    {"table set, large with an object", make_table, NULL, 0, victim_sets_large,
     large_is_old_or_new},
    {"table set while the old value is read", make_table, read_slowly, 2,
     victim_sets_large, large_is_replaced_and_read},
    {"table set of a new, long key", make_table, NULL, 0, victim_adds_long_key,
     long_key_is_new_or_none},
    {"table set that grows", make_full_table, NULL, 0, victim_grows,
     all_are_there},
    {"table remove", make_table, NULL, 0, victim_removes, table_goes_on},
    {"table remove that shrinks", make_emptied_table, NULL, 0, victim_shrinks,
     rest_is_there},
    {"table get, large with an object", make_table, NULL, 0, victim_looks,
     large_is_old},
    {"table update", make_table, write_after_victim, 3, victim_updates,
     updates_are_counted},
    {"table made and closed", make_table, NULL, 0, victim_closes_its_own,
     table_goes_on},
    {"board take", make_board, NULL, 0, victim_takes_jobs, all_jobs_are_done},
    {"board finish, also large with an object", make_board, NULL, 0,
     victim_finishes_jobs, all_jobs_are_done},
    {"board take beside a worker", make_board, partner_works, 1,
     victim_takes_from_partner, partner_goes_on},
    {"board submit", make_board, NULL, 0, victim_submits, nothing_is_left},
    {"board cancel", make_board, NULL, 0, victim_cancels, nothing_is_left},
    {"queue put with a callback in its wait", make_queue_of_one, NULL, 0,
     victim_is_called_in_put, one_or_none_is_there},
    {"a take that joins free blocks", make_pieces, NULL, 0,
     victim_takes_two_pieces, pieces_come_back},
    {"a look at the program", make_queue, get_one, 1, victim_looks_at_program,
     reader_goes_on},
    {"process end", make_objects, NULL, 0, victim_ends, all_is_given_back},
    {"thread start", make_queue_and_pipe, NULL, 0, victim_starts_thread,
     line_dies_out},
    {"thread from its first step to its end", make_objects, NULL, 0,
     victim_has_thread, all_is_given_back},
    {"process start", make_queue_and_pipe, NULL, 0, victim_starts,
     line_dies_out},
    {"a use of what was lent", make_locks, NULL, 0, victim_uses_lent,
     locks_are_free},
    {"process end, with much that was lent", make_locks, NULL, 0,
     victim_ends_with_lent, locks_are_free},
    {"process start, of one that lends", make_locks, NULL, 0, victim_lends,
     locks_are_free},
};
const int scenario_count = sizeof scenarios / sizeof *scenarios;
