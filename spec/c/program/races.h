/* Steps at which a task stops or dies, and tasks to do so; included by
 * races_test.c alone, as all races_*.h. */

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
