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

#include "crash_queue.h"
#include "crash_sync.h"
#include "crash_pipe.h"
#include "crash_process.h"
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
