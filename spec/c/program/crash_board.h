/* The scenarios of pools; only crash_scenarios.h includes them, whose handles
 * and deadline they use.  This task owns the board and the victim works; or the
 * victim owns one, which dies with it. */

#define JOBS 3

static struct tl_handle board;
static int64_t jobs[JOBS];

/* Submits the n-th job; the second needs a block and carries a reference. */
static int64_t board_submit(const struct tl_handle *to, int n)
{
    tl_ref ref = tl_handle_ref(&other);
    struct tl_slice slices[] = {{&n, sizeof n}, {large, sizeof large}};
    struct tl_message m = {slices, 1, sizeof n, NULL, 0};
    struct tl_message big = {slices, 2, sizeof n + sizeof large, &ref, 1};
    return tl_board_submit(to, n == 1 ? &big : &m, -1);
}

/* Finishes a job as a worker: its result is the number of its call, and as
 * large as that. */
static int board_work_on(uint32_t job)
{
    tl_ref ref = tl_handle_ref(&other);
    struct tl_slice slice = {parcel.data, parcel.size};
    struct tl_message m = {&slice, 1, parcel.size, &ref, parcel.ref_count};
    return tl_board_finish(&board, job, true, &m);
}

static int board_work_once(void)
{
    uint32_t job;
    int status = tl_board_take(&board, &parcel, &job, TL_NOW);
    return status < 0 ? status : board_work_on(job);
}

static void make_board(void)
{
    tl_event_new(&other, "travels");
    tl_board_new(&board, "swept");
    for (int i = 0; i < JOBS; i++)
        jobs[i] = board_submit(&board, i);
}

/* Whether the job is done, with its result; where its worker died, it is run
 * again. */
static bool board_settle(int i)
{
    uint32_t job = (uint32_t)jobs[i];
    int n;
    enum tl_job_state state = tl_board_state(&board, job, NULL);
    if (state == TL_JOB_DIED && tl_board_retry(&board, job) < 0)
        return false;
    while (tl_board_state(&board, job, NULL) == TL_JOB_WAITING)
        if (board_work_once() != TL_OK)
            return false;
    if (tl_board_state(&board, job, NULL) != TL_JOB_DONE)
        return false;
    tl_board_result(&board, job, &parcel);
    memcpy(&n, parcel.data, sizeof n);
    bool whole = n == i && parcel.ref_count == (i == 1);
    tl_board_release(&board, job);
    return whole;
}

static bool all_jobs_are_done(void)
{
    for (int i = 0; i < JOBS; i++)
        if (!board_settle(i))
            return false;
    jobs[0] = board_submit(&board, 0);
    return board_settle(0) && board_work_once() == TL_TIMEOUT;
}

static void victim_takes_jobs(void)
{
    uint32_t job;
    tl_board_take(&board, &parcel, &job, TL_NOW);
}

static void victim_finishes_jobs(void)
{
    while (board_work_once() == TL_OK)
        continue;
}

static void victim_submits(void)
{
    struct tl_handle own = {0};
    tl_board_new(&own, "the victim's");
    board_submit(&own, 0);
    board_submit(&own, 1);
}

static void victim_cancels(void)
{
    struct tl_handle own = {0};
    tl_board_new(&own, "the victim's");
    int64_t first = board_submit(&own, 0), second = board_submit(&own, 1);
    if (first < 0 || second < 0)
        return;
    tl_board_cancel(&own, (uint32_t)first, NULL);
    tl_board_release(&own, (uint32_t)first);
    board_submit(&own, 1);
    tl_board_cancel(&own, (uint32_t)second, NULL);
    tl_handle_close(&own);
}

/* Sleeps until the victim has begun to die, then does the jobs that are left.
 */
static bool partner_works(void)
{
    uint32_t job;
    int status;
    while ((status = tl_board_take(&board, &parcel, &job,
                                   tl_deadline_in(PATIENCE))) == TL_OK)
        if (board_work_on(job) != TL_OK)
            return false;
    return status == TL_CLOSED;
}

/* The partner has done the first jobs, and sleeps. */
static void victim_takes_from_partner(void)
{
    victim_takes_jobs();
}

static bool partner_goes_on(void)
{
    for (int i = 0; i < JOBS; i++)
        if (tl_board_state(&board, (uint32_t)jobs[i], NULL) == TL_JOB_DONE)
            tl_board_release(&board, (uint32_t)jobs[i]);
        else
            return false;
    jobs[0] = board_submit(&board, 0);
    struct tl_board_progress progress;
    tl_deadline limit = tl_deadline_in(PATIENCE);
    do {
        tl_board_progress(&board, &progress);
        if (tl_board_state(&board, (uint32_t)jobs[0], NULL) == TL_JOB_DONE)
            return tl_board_close(&board) == TL_OK;
    } while (tl_board_await(&board, progress.finishes, 1, limit) == TL_OK);
    return false;
}

/* ---- a callback in a wait: a large put waits for room ---- */

static bool idle_is_over;

static bool idle_due(void)
{
    return !idle_is_over;
}

static void idle_run(void)
{
    idle_is_over = true;
    struct tl_handle own = {0};
    tl_queue_new(&own, NULL, TL_FIFO, 0);
    struct tl_message m = {&(struct tl_slice){large, sizeof large}, 1,
                           sizeof large, NULL, 0};
    tl_queue_put(&own, &m, 0, TL_NOW);
    get(TL_NOW); /* makes the room */
}

static void make_queue_of_one(void)
{
    tl_event_new(&other, "travels");
    tl_queue_new(&queue, "swept", TL_FIFO, 1);
    put(1);
}

static void victim_is_called_in_put(void)
{
    idle_is_over = false;
    tl_idle_due = idle_due;
    tl_idle_run = idle_run;
    put_large(2);
}

static bool one_or_none_is_there(void)
{
    int n = get(TL_NOW);
    return (n == 1 || n == 2 || n == TL_EMPTY) && get(TL_NOW) == TL_EMPTY &&
           put(3) == TL_OK && get(TL_NOW) == 3;
}

static bool nothing_is_left(void)
{
    return true;
}
