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

/* ---- steps ---- */

static _Thread_local long stop_at, hold_at, steps;

void real_fault(void) __asm__("__real_tl_fault");
void step(void) __asm__("__wrap_tl_fault");
bool really_happened(struct tl_task *task) __asm__("__real_tl_life_has_ended");
bool death_happened(struct tl_task *task) __asm__("__wrap_tl_life_has_ended");

/* No process or thread can be started, and the cleaning up spoils errno. */
static bool no_room;

pid_t really_fork(void) __asm__("__real_fork");
pid_t try_fork(void) __asm__("__wrap_fork");
pid_t try_fork(void)
{
    errno = EAGAIN;
    return no_room ? -1 : really_fork();
}

int really_create(pthread_t *thread, const pthread_attr_t *attributes,
                  void *(*run)(void *),
                  void *data) __asm__("__real_pthread_create");
int try_create(pthread_t *thread, const pthread_attr_t *attributes,
               void *(*run)(void *),
               void *data) __asm__("__wrap_pthread_create");
int try_create(pthread_t *thread, const pthread_attr_t *attributes,
               void *(*run)(void *), void *data)
{
    return no_room ? EAGAIN : really_create(thread, attributes, run, data);
}

static void rest(double seconds)
{
    struct timespec left = {(time_t)seconds,
                            (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&left, NULL);
}

static bool await(_Atomic int *flag, double seconds)
{
    double limit = tl_now() + seconds;
    while (!atomic_load(flag) && tl_now() < limit)
        rest(0.001);
    return atomic_load(flag);
}

static bool (*stop_when)(void);

void step(void)
{
    steps++;
    if (stop_when && stop_when()) {
        stop_when = NULL;
        kill(getpid(), SIGSTOP);
    }
    if (stop_at && steps == stop_at)
        kill(getpid(), SIGSTOP);
    if (hold_at && steps == hold_at) {
        atomic_store(&flags->inside, 1);
        await(&flags->done, 5);
    }
    real_fault();
    if (no_room)
        errno = ETIMEDOUT;
}

static bool (*after_death)(void);

bool death_happened(struct tl_task *task)
{
    bool dead = really_happened(task);
    if (dead && after_death) {
        bool (*act)(void) = after_death;
        after_death = NULL;
        act();
    }
    return dead;
}

/* ---- tasks ---- */

static struct tl_handle start(void (*body)(void))
{
    struct tl_handle process = {0};
    tl_process_new(&process, NULL, false);
    if (tl_process_start(&process, NULL, 0) == 0) {
        body();
        tl_process_finish(0);
        _exit(0);
    }
    return process;
}

static pid_t pid_of(const struct tl_handle *process)
{
    return ((struct tl_process *)process->object)->pid;
}

static struct tl_task *task_of(const struct tl_handle *process)
{
    return tl_task_of(((struct tl_process *)process->object)->task);
}

/* Waits until it is a zombie, or stopped, without a call of the runtime. */
static bool await_state(const struct tl_handle *process, char state)
{
    struct tl_procfs stat;
    double limit = tl_now() + 5;
    while (tl_procfs_read(pid_of(process), &stat) && stat.state != state)
        if (tl_now() > limit)
            return false;
        else
            rest(0.001);
    return true;
}

static bool await_sleep(const struct tl_handle *process)
{
    double limit = tl_now() + 5;
    while (task_of(process)->park != TL_PARK_ASLEEP ||
           tl_task_state(task_of(process)) != TL_TASK_RUNNING)
        if (tl_now() > limit)
            return false;
        else
            rest(0.001);
    rest(0.01); /* and in the kernel */
    return true;
}

static struct tl_handle queue, lock, other, event, barrier, semaphore,
    condition, ends[2];

static int put_sized(size_t size, tl_deadline deadline)
{
    struct tl_slice slice = {bytes, size};
    struct tl_message m = {&slice, 1, size, NULL, 0};
    return tl_queue_put(&queue, &m, 0, deadline);
}

static int get(tl_deadline deadline)
{
    int status = tl_queue_get(&queue, &parcel, deadline);
    if (status == TL_OK)
        tl_parcel_drop(&parcel);
    return status;
}

/* ---- guards ---- */

static void put_and_die(void)
{
    await(&flags->go, 5);
    tl_fault_arm(die_at);
    put_sized(8, TL_FOREVER);
}

static void put_and_stay_inside(void)
{
    await(&flags->count, 5);
    steps = 0;
    hold_at = 6;
    put_sized(8, TL_FOREVER);
}

static bool let_the_other_take_over(void)
{
    atomic_store(&flags->count, 1);
    return await(&flags->inside, 5);
}

/* Between one task's look at a dead holder and its take-over, another task
 * takes the guard over, and must not lose it. */
static bool guard_is_not_taken_from_the_living(void)
{
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    struct tl_handle second = start(put_and_stay_inside);
    die_at = 2; /* inside */
    struct tl_handle dead = start(put_and_die);
    atomic_store(&flags->go, 1);
    if (!await_state(&dead, 'Z'))
        return false;
    after_death = let_the_other_take_over;
    int status = put_sized(8, tl_deadline_in(0.2));
    bool inside = atomic_load(&flags->inside);
    atomic_store(&flags->done, 1);
    tl_process_join(&second, tl_deadline_in(2));
    return inside && status == TL_FULL;
}

static void die_before_the_guard(void)
{
    await(&flags->count, 5);
    tl_fault_arm(1);
    put_sized(8, TL_FOREVER);
}

static void fill_and_die(void)
{
    await(&flags->go, 5);
    tl_fault_arm(die_at);
    put_sized(4096, TL_FOREVER);
}

/* One task died between two words of a new segment, another before the same
 * guard: the repair for the second must not hide that for the first. */
static bool segment_survives_two_deaths(void)
{
    uint64_t before, after;
    tl_heap_used(&before);
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    for (int i = 0; i < 7; i++)
        put_sized(4096, TL_FOREVER);
    struct tl_handle second = start(die_before_the_guard);
    struct tl_handle first = start(fill_and_die);
    atomic_store(&flags->go, 1);
    await_state(&first, 'Z');
    atomic_store(&flags->count, 1);
    await_state(&second, 'Z');
    int count = put_sized(4096, TL_FOREVER) == TL_OK ? 8 : 0;
    tl_life_sweep();
    tl_process_join(&first, TL_FOREVER);
    tl_process_join(&second, TL_FOREVER);
    /* what was freed by mistake would be given out again */
    struct tl_handle more = {0};
    tl_queue_new(&more, NULL, TL_FIFO, 0);
    bool whole = tl_queue_check(queue.object) && tl_heap_check();
    while (whole && get(TL_NOW) == TL_OK)
        count--;
    tl_handle_close(&more);
    tl_handle_close(&queue);
    tl_handle_close(&first);
    tl_handle_close(&second);
    tl_heap_used(&after);
    return whole && (count == 0 || count == -1) && tl_heap_check() &&
           before == after;
}

static void stay_inside(void)
{
    steps = 0;
    hold_at = 2;
    tl_queue_task_done(&queue);
}

static void let_go_soon(void)
{
    await(&flags->go, 5);
    rest(0.01);
    atomic_store(&flags->done, 1);
}

/* Another reader is inside for a moment: for that, the queue is not empty. */
static bool try_finds_what_is_there(void)
{
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    put_sized(8, TL_NOW);
    start(let_go_soon);
    start(stay_inside);
    await(&flags->inside, 5);
    atomic_store(&flags->go, 1);
    return get(TL_NOW) == TL_OK;
}

/* ---- barrier ---- */

static void meet(void)
{
    tl_barrier_wait(&barrier, tl_deadline_in(5));
}

static void meet_and_die(void)
{
    await(&flags->go, 5);
    tl_fault_arm(die_at);
    tl_barrier_wait(&barrier, tl_deadline_in(5));
}

/* The last party dies as it arrives, and one more comes before that is known.
 */
static bool barrier_has_room_for_one_more(void)
{
    struct tl_handle parties[7] = {0};
    tl_barrier_new(&barrier, NULL, 8);
    tl_event_new(&event, NULL); /* lies behind the list of members */
    struct tl_handle last = start(meet_and_die);
    for (int i = 0; i < 7; i++)
        parties[i] = start(meet);
    for (int i = 0; i < 7; i++)
        await_sleep(&parties[i]);
    for (int i = 0; i < 7; i++)
        kill(pid_of(&parties[i]), SIGSTOP);
    atomic_store(&flags->go, 1);
    await_state(&last, 'Z');
    int place = tl_barrier_wait(&barrier, TL_NOW);
    bool whole = tl_heap_check();
    for (int i = 0; i < 7; i++)
        kill(pid_of(&parties[i]), SIGCONT);
    return whole && place <= 8;
}

/* ---- deaths and locks ---- */

static void hold_one_and_want_another(void)
{
    tl_lock_acquire(&lock, TL_NOW);
    tl_lock_acquire(&other, TL_FOREVER);
}

/* The dead wait for nobody, so no cycle leads through them. */
static bool no_deadlock_with_the_dead(void)
{
    tl_lock_new(&lock, NULL);
    tl_lock_new(&other, NULL);
    tl_lock_acquire(&other, TL_NOW);
    struct tl_handle dead = start(hold_one_and_want_another);
    await_sleep(&dead);
    kill(pid_of(&dead), SIGKILL);
    await_state(&dead, 'Z');
    return tl_lock_acquire(&lock, TL_FOREVER) == TL_ABANDONED;
}

static void one_cpu(int policy)
{
    cpu_set_t set;
    struct sched_param parameter = {0};
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    sched_setaffinity(0, sizeof set, &set);
    sched_setscheduler(0, policy, &parameter);
}

static void set_and_die_holding(void)
{
    one_cpu(SCHED_OTHER);
    tl_lock_acquire(&lock, TL_NOW);
    atomic_store(&flags->inside, 1);
    await(&flags->go, 5);
    tl_event_set(&event);
    kill(getpid(), SIGKILL);
}

static void hear_and_compute(void)
{
    one_cpu(SCHED_IDLE);
    tl_event_wait(&event, TL_FOREVER);
    atomic_store(&flags->count, 1);
    await(&flags->done, 3);
}

static void want_lock(void)
{
    tl_lock_acquire(&lock, TL_FOREVER);
    atomic_store(&flags->done, 1);
}

/* The kernel wakes one task for a death.  Somebody has called that one
 * meanwhile: the death must become known all the same. */
static bool death_is_heard_by_one_who_is_called(void)
{
    tl_lock_new(&lock, NULL);
    tl_event_new(&event, NULL);
    start(set_and_die_holding);
    await(&flags->inside, 5);
    struct tl_handle first = start(hear_and_compute);
    await_sleep(&first);
    struct tl_handle second = start(want_lock);
    await_sleep(&second);
    rest(0.3); /* both have looked for a deadlock */
    atomic_store(&flags->go, 1);
    return await(&flags->done, 1.5);
}

static void die_while_closing(void)
{
    tl_fault_arm(5);
    tl_queue_close(&queue);
}

static bool half_closed_queue_is_closed(void)
{
    tl_queue_new(&queue, NULL, TL_FIFO, 1);
    put_sized(8, TL_NOW);
    struct tl_handle dead = start(die_while_closing);
    await_state(&dead, 'Z');
    return put_sized(8, tl_deadline_in(0.5)) == TL_CLOSED;
}

/* ---- wakes ---- */

static void poll_end(void)
{
    tl_pipe_poll(&ends[1], TL_FOREVER);
    await(&flags->done, 3);
}

static void receive(void)
{
    if (tl_pipe_recv(&ends[1], &parcel, TL_FOREVER) == TL_OK)
        atomic_store(&flags->done, 1);
}

static bool poll_passes_the_wake_on(void)
{
    struct tl_slice slice = {bytes, 8};
    struct tl_message m = {&slice, 1, 8, NULL, 0};
    tl_pipe_new(ends, NULL, true);
    struct tl_handle first = start(poll_end);
    await_sleep(&first);
    struct tl_handle second = start(receive);
    await_sleep(&second);
    rest(0.3);
    tl_pipe_send(&ends[0], &m, TL_NOW);
    return await(&flags->done, 1.5);
}

static void be_notified(void)
{
    tl_condition_acquire(&condition, TL_FOREVER);
    if (tl_condition_wait(&condition, TL_FOREVER) >= 0)
        atomic_store(&flags->done, 1);
    tl_condition_release(&condition);
}

/* A notified task dies while it waits for the lock. */
static bool notice_is_passed_on(void)
{
    tl_condition_new(&condition, NULL, NULL);
    struct tl_handle first = start(be_notified);
    await_sleep(&first);
    struct tl_handle second = start(be_notified);
    await_sleep(&second);
    tl_condition_acquire(&condition, TL_FOREVER);
    tl_condition_notify(&condition, 1);
    rest(0.1);
    kill(pid_of(&first), SIGKILL);
    tl_process_join(&first, TL_FOREVER);
    tl_condition_release(&condition);
    return await(&flags->done, 1.5);
}

static void hook(char *where, size_t size)
{
    (void)where;
    (void)size;
    tl_where_hook = NULL;
    tl_interrupt(); /* as a signal handler does, at this moment */
}

static bool interrupt_is_heard(void)
{
    tl_event_new(&event, NULL);
    tl_where_hook = hook;
    return tl_event_wait(&event, tl_deadline_in(1)) == TL_INTERRUPTED;
}

static void set_later(void)
{
    rest(0.4);
    tl_event_set(&event);
}

/* All tasks are stuck; before the main task hears of that, an interrupt comes,
 * and then it does something else: that wait is not stuck. */
static bool a_verdict_is_of_its_moment(void)
{
    tl_event_new(&event, NULL);
    _Atomic uint32_t *verdict = tl_region(TL_REGION_VERDICT);
    atomic_store(verdict, tl_task_id(tl_self));
    bool well = tl_event_wait(&event, tl_deadline_in(0.05)) == TL_TIMEOUT;
    struct tl_handle later = start(set_later);
    atomic_store(verdict, tl_task_id(tl_self));
    well &= tl_event_wait(&event, TL_FOREVER) == TL_OK;
    tl_process_join(&later, TL_FOREVER);
    tl_event_clear(&event);
    /* and where all are stuck, the main task hears of it */
    return well && tl_event_wait(&event, TL_FOREVER) == TL_STUCK;
}

static void get_soon(void)
{
    get(tl_deadline_in(0.4));
    await(&flags->done, 3); /* if it ended, that would wake the others */
}

static void get_some_time(void)
{
    if (get(TL_FOREVER) == TL_OK)
        atomic_store(&flags->done, 1);
}

static void stop_inside(void)
{
    get(TL_NOW);
    await(&flags->go, 5);
    steps = 0;
    stop_at = 2;
    tl_queue_task_done(&queue);
    await(&flags->done, 3);
}

/* A reader was woken for a message and could not take it in time: it passes the
 * wake on. */
static bool late_reader_passes_the_wake_on(void)
{
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    put_sized(8, TL_NOW);
    struct tl_handle stopped = start(stop_inside);
    rest(0.05);
    struct tl_handle first = start(get_soon);
    await_sleep(&first);
    struct tl_handle second = start(get_some_time);
    await_sleep(&second);
    atomic_store(&flags->go, 1);
    await_state(&stopped, 'T');
    put_sized(8, TL_NOW);
    rest(0.6);
    kill(pid_of(&stopped), SIGCONT);
    return await(&flags->done, 1.5);
}

/* ---- stopped tasks ---- */

static void die_holding(void)
{
    tl_lock_acquire(&lock, TL_NOW);
    kill(getpid(), SIGKILL);
}

static void stop_while_recovering(void)
{
    await(&flags->go, 5);
    steps = 0;
    stop_at = 1;
    tl_life_sweep();
}

/* The task that settles for a dead one is stopped: the others' waits still end
 * in time. */
static bool time_passes_while_a_cleaner_is_stopped(void)
{
    tl_lock_new(&lock, NULL);
    struct tl_handle cleaner = start(stop_while_recovering);
    struct tl_handle dead = start(die_holding);
    await_state(&dead, 'Z');
    atomic_store(&flags->go, 1);
    await_state(&cleaner, 'T');
    bool well = tl_lock_acquire(&lock, TL_NOW) == TL_TIMEOUT &&
                tl_lock_acquire(&lock, tl_deadline_in(0.1)) == TL_TIMEOUT;
    kill(pid_of(&cleaner), SIGCONT);
    return well && tl_lock_acquire(&lock, tl_deadline_in(2)) == TL_ABANDONED;
}

static void release_and_stop(void)
{
    tl_lock_acquire(&lock, TL_NOW);
    atomic_store(&flags->inside, 1);
    await(&flags->go, 5);
    steps = 0;
    stop_at = die_at;
    tl_lock_release(&lock);
    stop_at = 0;
    await(&flags->count, 5);
}

/* At whatever step of a release a task is suspended: what it has released, the
 * others get. */
static bool suspended_releaser_holds_up_nobody(void)
{
    tl_lock_new(&lock, NULL);
    struct tl_handle releaser = start(release_and_stop);
    await(&flags->inside, 5);
    struct tl_handle waiter = start(want_lock);
    await_sleep(&waiter);
    rest(0.3);
    atomic_store(&flags->go, 1);
    double limit = tl_now() + 0.3;
    struct tl_procfs stat;
    while (tl_procfs_read(pid_of(&releaser), &stat) && stat.state != 'T' &&
           tl_now() < limit)
        rest(0.001);
    if (tl_process_suspend(&releaser) < 0)
        return false;
    char name[TL_NAME_SIZE];
    bool held =
        tl_lock_holder(&lock, name) &&
        strcmp(name, ((struct tl_process *)releaser.object)->object.name) == 0;
    bool well = held || await(&flags->done, 1);
    tl_process_resume(&releaser);
    well = well && await(&flags->done, 2);
    atomic_store(&flags->count, 1);
    return well;
}

static void just_stay(void)
{
    await(&flags->done, 5);
}

static pid_t target;

static void resume_again_and_again(void)
{
    double limit = tl_now() + 0.3;
    await(&flags->go, 5);
    while (tl_now() < limit)
        kill(target, SIGCONT);
}

/* Somebody resumes the process that this task is suspending. */
static bool suspend_comes_to_an_end(void)
{
    struct tl_handle process = start(just_stay);
    await_state(&process, 'S');
    target = pid_of(&process);
    struct tl_handle resumer = start(resume_again_and_again);
    atomic_store(&flags->go, 1);
    for (int i = 0; i < 20; i++)
        if (tl_process_suspend(&process) < 0)
            return false;
    tl_process_join(&resumer, TL_FOREVER);
    kill(target, SIGCONT);
    atomic_store(&flags->done, 1);
    return true;
}

/* ---- results ---- */

static void return_and_die(void)
{
    struct tl_slice slice = {bytes, 8000};
    struct tl_message m = {&slice, 1, 8000, NULL, 0};
    tl_fault_arm(die_at);
    tl_process_set_result(true, &m);
    tl_fault_arm(0);
}

static bool result_is_whole_or_none(void)
{
    bool ok;
    memset(bytes, 0xff, sizeof bytes);
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    put_sized(8016, TL_NOW);
    get(TL_NOW);
    struct tl_handle process = start(return_and_die);
    await_state(&process, 'Z');
    int status = tl_process_result(&process, &ok, &parcel, tl_deadline_in(2));
    return status == TL_EMPTY || (status == TL_OK && parcel.size == 8000);
}

/* ---- a cleaner dies ---- */

static void sit_and_die(void)
{
    tl_semaphore_new(&semaphore, NULL, 1, true);
    tl_semaphore_acquire(&semaphore, TL_NOW);
    kill(getpid(), SIGKILL);
}

static void recover_and_die(void)
{
    await(&flags->go, 5);
    tl_fault_arm(die_at);
    tl_life_sweep();
}

/* A task died inside a guard of an object that only dead tasks knew: whoever
 * takes the guard next must leave it before the object goes. */
static bool guard_goes_with_its_object(void)
{
    struct tl_handle cleaner = start(recover_and_die);
    struct tl_handle dead = start(sit_and_die);
    await_state(&dead, 'Z');
    struct tl_task *task = task_of(&dead), *second = task_of(&cleaner);
    atomic_store(&flags->go, 1);
    await_state(&cleaner, 'Z');
    tl_upcalls->settle(task);
    memset(bytes, 0x7f, sizeof bytes);
    tl_queue_new(&queue, NULL, TL_FIFO, 0);
    struct tl_slice slice = {bytes, 0};
    tl_ref refs[1] = {tl_handle_ref(&queue)};
    for (size_t size = 8; size < sizeof bytes; size += 64) {
        slice.size = size;
        struct tl_message m = {&slice, 1, size, refs, 1};
        tl_queue_put(&queue, &m, 0, TL_NOW);
    }
    tl_upcalls->settle(second);
    return true;
}

#include "races_lent.h"

/* ---- starting ---- */

static struct tl_handle started;

static void start_and_die(void)
{
    tl_fault_arm(die_at);
    if (tl_process_start(&started, NULL, 0) == 0) {
        tl_fault_arm(0);
        tl_process_finish(0);
        _exit(0);
    }
    tl_fault_arm(0);
}

/* The task that starts a process dies: whoever joins that process hears that it
 * is over, or never was. */
static bool join_ends_when_the_starter_dies(void)
{
    tl_process_new(&started, NULL, false);
    start(start_and_die);
    rest(0.02);
    int status;
    double limit = tl_now() + 2;
    do
        status = tl_process_join(&started, tl_deadline_in(0.3));
    while (status == TL_NOT_STARTED && tl_now() < limit && !die_at);
    return status == TL_OK || status == TL_NOT_STARTED;
}

/* The creator returns from the fork when the task has ended and its slot has
 * another tenant: it says nothing of that one. */
static bool late_creator_says_nothing_of_the_next_tenant(void)
{
    struct tl_task *task = tl_tenancy_claim();
    uint32_t first = tl_task_id(task);
    tl_tenancy_free(task);
    if (tl_tenancy_claim() != task || tl_task_id(task) == first)
        return false;
    uint32_t second = tl_task_id(task);
    tl_task_forked(task, first, 11);
    bool unsaid = tl_task_pid(task) == 0;
    tl_task_forked(task, second, 22);
    tl_task_forked(task, first, 33);
    bool said = tl_task_pid(task) == 22;
    tl_tenancy_free(task);
    return unsaid && said;
}

static void claim_and_die(void)
{
    tl_fault_arm(die_at);
    tl_tenancy_claim();
    tl_fault_arm(0);
}

/* The task that claims a slot for the first time dies at once.  The slot has an
 * id all the same, and a life that its next tenant can take; and it is given
 * back. */
static bool slot_has_its_identity_from_the_claim(void)
{
    struct tl_handle claimer = start(claim_and_die);
    if (!await_state(&claimer, 'Z') ||
        tl_process_join(&claimer, tl_deadline_in(2)) < 0)
        return false;
    for (uint32_t n = 1; n <= tl_task_highest(); n++)
        if ((tl_task_id(tl_task_at(n)) & TL_NUMBER_MASK) != n ||
            (tl_task_at(n) != tl_self && tl_task_taken(tl_task_at(n))))
            return false;
    /* both slots have had tenants by now */
    start(just_stay);
    struct tl_handle next = start(claim_and_die);
    return tl_process_join(&next, tl_deadline_in(2)) == TL_OK;
}

static void start_and_hold(void)
{
    steps = 0;
    hold_at = 2; /* it counts as started, and is not forked yet */
    if (tl_process_start(&started, NULL, 0) == 0) {
        await(&flags->count, 5);
        tl_process_finish(0);
        _exit(0);
    }
    tl_process_join(&started, tl_deadline_in(5));
}

/* Before the pid is known it is 0, which kill takes for the caller's own group.
 */
static bool signal_before_the_fork_comes_to_the_process(void)
{
    struct tl_process_info info;
    tl_process_new(&started, NULL, false);
    start(let_go_soon);
    struct tl_handle starter = start(start_and_hold);
    await(&flags->inside, 5);
    atomic_store(&flags->go, 1);
    bool sent = tl_process_signal(&started, SIGKILL) == TL_OK;
    bool joined = tl_process_join(&started, tl_deadline_in(5)) == TL_OK;
    tl_process_join(&starter, tl_deadline_in(5));
    tl_process_info(&started, &info);
    return sent && joined && info.exit_known && info.exitcode == -SIGKILL;
}

/* A start that fails says why, whatever the cleaning up does to errno, and
 * leaves nothing behind. */
static bool failed_start_says_why(void)
{
    struct tl_handle process = {0}, thread = {0};
    struct tl_message nothing = {0};
    tl_process_new(&process, NULL, false);
    tl_thread_new(&thread, NULL, false);
    no_room = true;
    bool well =
        tl_process_start(&process, NULL, 0) == TL_SYSTEM && errno == EAGAIN;
    errno = 0;
    well = well &&
           tl_thread_start(&thread, &nothing, NULL, NULL) == TL_SYSTEM &&
           errno == EAGAIN;
    no_room = false;
    for (uint32_t n = 1; n <= tl_task_highest(); n++)
        well =
            well && (tl_task_at(n) == tl_self || !tl_task_taken(tl_task_at(n)));
    return well && tl_process_join(&process, TL_NOW) == TL_NOT_STARTED &&
           tl_process_join(&thread, TL_NOW) == TL_NOT_STARTED;
}

/* ---- commands of other threads ---- */

static void run_command_and_stay(void *unused)
{
    static char *arguments[] = {"sleep", "10", NULL};
    struct tl_command_options options = {.arguments = arguments};
    enum tl_command_step step;
    struct tl_command *command;
    (void)unused;
    if (tl_command_new(&command, &options, &step) == TL_OK) {
        struct tl_pipe_buffer *flow = &command->flows[TL_STDOUT];
        /* as in a realloc that has moved the bytes and not yet returned */
        flow->data = (char *)bytes + 8;
        atomic_store(&flags->inside, 1);
        await(&flags->done, 5);
        flow->data = NULL;
        tl_command_signal(command, SIGKILL);
        tl_command_await(command, tl_deadline_in(5));
        tl_command_drop(command);
    }
    tl_thread_finish(0);
}

static void only_end(void)
{
}

/* A fork comes while another thread moves what a command wrote. */
static bool child_leaves_commands_of_other_threads_alone(void)
{
    struct tl_handle thread = {0};
    struct tl_message nothing = {0};
    struct tl_process_info info;
    tl_thread_new(&thread, NULL, false);
    if (tl_thread_start(&thread, &nothing, run_command_and_stay, NULL) < 0 ||
        !await(&flags->inside, 5))
        return false;
    struct tl_handle child = start(only_end);
    bool joined = tl_process_join(&child, tl_deadline_in(5)) == TL_OK;
    atomic_store(&flags->done, 1);
    tl_process_info(&child, &info);
    return joined && info.exitcode == 0 &&
           tl_process_join(&thread, tl_deadline_in(5)) == TL_OK;
}

/* ---- the end ---- */

static void stay_to_be_traced(void)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    atomic_store(&flags->count, 1);
    await(&flags->done, 10);
}

static void trace_and_hold(void)
{
    await(&flags->go, 5);
    if (ptrace(PTRACE_SEIZE, target, NULL, NULL) == 0)
        atomic_store(&flags->inside, 1);
    await(&flags->done, 10);
}

/* A tracer may hold the zombie of a process: no wait gets longer for that, and
 * none says what nobody can know yet. */
static bool join_ends_while_a_tracer_holds_the_zombie(void)
{
    struct tl_process_info info;
    bool ok;
    struct tl_handle traced = start(stay_to_be_traced);
    await(&flags->count, 5);
    target = pid_of(&traced);
    struct tl_handle holder = start(trace_and_hold);
    atomic_store(&flags->go, 1);
    if (!await(&flags->inside, 5))
        return false;
    tl_process_signal(&traced, SIGKILL);
    double began = tl_now();
    int joined = tl_process_join(&traced, tl_deadline_in(0.1));
    int result = tl_process_result(&traced, &ok, &parcel, tl_deadline_in(0.1));
    bool soon = tl_now() - began < 3 && !atomic_load(&flags->done);
    atomic_store(&flags->done, 1);
    tl_process_join(&holder, tl_deadline_in(5));
    joined |= tl_process_join(&traced, tl_deadline_in(5));
    tl_process_info(&traced, &info);
    return soon && joined == TL_OK && result == TL_TIMEOUT && info.exit_known &&
           info.exitcode == -SIGKILL;
}

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

static bool prepare(void)
{
    return tl_init() == TL_OK;
}

int main(int count, char **arguments)
{
    flags = family_share(sizeof *flags);
    const struct family family = {.tests = tests,
                                  .count = sizeof tests / sizeof *tests,
                                  .claim = "",
                                  .prepare = prepare,
                                  .limit = 12,
                                  .shared = flags,
                                  .shared_size = sizeof *flags};
    return family_run(&family, count > 1 ? arguments[1] : NULL);
}
#endif
