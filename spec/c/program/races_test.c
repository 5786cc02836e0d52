/*
 * Races: interleavings that a sweep over one death does not meet.  Each is made
 * to happen: a task dies or stops at a chosen step, and others act meanwhile.
 *
 * Needs a runtime built with -DTL_FAULT, and is linked with --wrap of tl_fault,
 * tl_life_has_ended, fork and pthread_create.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/procfs.h"
#include "commands/command.h"
#include "data/queue.h"
#include "memory/object.h"
#include "process/process.h"
#include "store/heap.h"
#include "support/family.h"
#include "support/tasks.h"
#include "tasks/life.h"
#include "tasks/task.h"
#include "tasks/tenancy.h"
#include "tidelock.h"
#include "wait/wait.h"
#include "wait/wait_many.h"

#ifndef TL_FAULT
int main(void)
{
    puts("1..0 # skip: built without -DTL_FAULT");
    return 0;
}
#else

/* Memory in which the processes of a test tell each other things, apart from
 * the runtime. */
static struct {
    _Atomic int go, inside, done, count;
} * flags;

static struct tl_parcel parcel;
static unsigned char bytes[16 << 10];

#include "races.h"
#include "races_deaths.h"
#include "races_wakes.h"
#include "races_starts.h"

/* ---- counts ---- */

/* As many messages as can be counted: one more is refused, not forgotten. */
static bool count_does_not_wrap(void)
{
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    struct tl_stream *stream = &((struct tl_queue *)queue.object)->stream;
    put_sized(8, TL_NOW);
    uint64_t most = (UINT64_C(1) << 30) - 1;
    atomic_store(&stream->head,
                 (atomic_load(&stream->head) & ((UINT64_C(1) << 34) - 1)) |
                     most << 34);
    return put_sized(8, TL_NOW) == TL_NO_MEMORY && tl_queue_size(&queue) > 0;
}

/* ---- deadlines ---- */

static _Atomic uint64_t restless;

/* Whether a wait ends in time although the word moves each time after it was
 * seen. */
static bool ends_in_time(int (*wait)(uint64_t seen, tl_deadline deadline))
{
    tl_deadline deadline = tl_deadline_in(0.05);
    double limit = tl_now() + 3;
    int status = TL_OK;
    while (status == TL_OK && tl_now() < limit)
        status = wait(atomic_fetch_add(&restless, 1), deadline);
    return status == TL_TIMEOUT;
}

static int wait_for_one(uint64_t seen, tl_deadline deadline)
{
    struct tl_queue *waited = queue.object;
    return tl_wait(&waited->all_done, &restless, seen, deadline);
}

static int wait_for_several(uint64_t seen, tl_deadline deadline)
{
    struct tl_queue *waited = queue.object;
    struct tl_watch watch = {TL_HOME, &waited->all_done, &restless, seen};
    return tl_wait_many(&watch, 1, NULL, 0, deadline);
}

/* Other tasks change what it waits for, again and again, and never to what it
 * wants. */
static bool wait_ends_though_its_word_moves(void)
{
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    return ends_in_time(wait_for_one) && ends_in_time(wait_for_several);
}

/* ---- running ---- */

static const struct test tests[] = {
    {"a guard is not taken from the living", guard_is_not_taken_from_the_living,
     0},
    {"a segment survives two deaths", segment_survives_two_deaths, 90},
    {"a try finds what is there", try_finds_what_is_there, 0},
    {"a barrier whose last party died has room", barrier_has_room_for_one_more,
     8},
    {"no deadlock with the dead", no_deadlock_with_the_dead, 0},
    {"a death is heard by one who is called",
     death_is_heard_by_one_who_is_called, 0},
    {"a half-closed queue is closed", half_closed_queue_is_closed, 0},
    {"poll passes the wake on", poll_passes_the_wake_on, 0},
    {"a notice is passed on", notice_is_passed_on, 0},
    {"an interrupt is heard", interrupt_is_heard, 0},
    {"a verdict is of its moment", a_verdict_is_of_its_moment, 0},
    {"a late reader passes the wake on", late_reader_passes_the_wake_on, 0},
    {"time passes while a cleaner is stopped",
     time_passes_while_a_cleaner_is_stopped, 0},
    {"a suspended releaser holds up nobody", suspended_releaser_holds_up_nobody,
     14},
    {"a result is whole or none", result_is_whole_or_none, 16},
    {"suspend comes to an end", suspend_comes_to_an_end, 0},
    {"a join ends when the starter dies", join_ends_when_the_starter_dies, 60},
    {"a late creator says nothing of the next tenant",
     late_creator_says_nothing_of_the_next_tenant, 0},
    {"a slot has its identity from the claim",
     slot_has_its_identity_from_the_claim, 2},
    {"a join ends while a tracer holds the zombie",
     join_ends_while_a_tracer_holds_the_zombie, 0},
    {"a child leaves commands of other threads alone",
     child_leaves_commands_of_other_threads_alone, 0},
    {"a signal before the fork comes to the process",
     signal_before_the_fork_comes_to_the_process, 0},
    {"a failed start says why", failed_start_says_why, 0},
    {"a count does not wrap", count_does_not_wrap, 0},
    {"a guard goes with its object", guard_goes_with_its_object, 40},
    {"a wait ends though its word moves", wait_ends_though_its_word_moves, 0},
    {"what is lent goes before its bundle", lent_goes_before_its_bundle, 2},
};

int main(int count, char **arguments)
{
    flags = family_share(sizeof *flags);
    return family_main((struct family){.tests = tests,
                                       .count = sizeof tests / sizeof *tests,
                                       .limit = 12,
                                       .shared = flags,
                                       .shared_size = sizeof *flags},
                       count, arguments);
}
#endif
