/* Races about the start and the end of tasks and commands. */

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
