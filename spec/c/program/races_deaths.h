/* Races about who dies within an object, or with a lock. */

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
