/* The scenarios of processes, threads and the heap that they share; included
 * by crash_scenarios.h alone. */

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
