/* Races about wakes that must come, and tasks that are stopped meanwhile. */

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
