/* The scenarios of locks and their kin; included by crash_scenarios.h alone. */

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
