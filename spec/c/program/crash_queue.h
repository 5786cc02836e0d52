/* The scenarios of queues; included by crash_scenarios.h alone. */

/* ---- queue: put, with a reader asleep ---- */

static void make_queue(void)
{
    tl_queue_new(&queue, "swept", TL_FIFO, 0);
    tl_event_new(&other, "travels");
}

static bool get_one(void)
{
    int n = get(soon());
    return n == 1 || n == 2;
}

static void victim_puts(void)
{
    put(1);
}

static void victim_puts_large(void)
{
    put_large(1);
}

static bool reader_goes_on(void)
{
    return put(2) == TL_OK;
}

/* ---- queue: get, with one message lost at most ---- */

static void make_filled_queue(void)
{
    make_queue();
    put(1);
    put(2);
}

static void make_filled_large_queue(void)
{
    make_queue();
    put_large(1);
    put_large(2);
}

static void victim_gets(void)
{
    get(TL_NOW);
}

static void victim_gets_and_reports(void)
{
    get(TL_NOW);
    tl_queue_task_done(&queue);
}

static bool rest_comes_and_join_ends(void)
{
    int first = get(TL_NOW), second = get(TL_NOW);
    if (!(first == 2 && second == TL_EMPTY) && !(first == 1 && second == 2))
        return false;
    int got = second == 2 ? 2 : 1;
    for (int i = 0; i < got; i++)
        if (tl_queue_task_done(&queue) != TL_OK)
            return false;
    return tl_queue_join(&queue, soon()) >= 0;
}

/* ---- bounded queue: a writer asleep ---- */

static void make_full_queue(void)
{
    tl_queue_new(&queue, "full", TL_FIFO, 1);
    tl_event_new(&other, "travels");
    put(1);
}

static bool put_one(void)
{
    return put(2) == TL_OK;
}

static bool writer_goes_on(void)
{
    int n = get(TL_NOW); /* 1 where the victim did not get it */
    return (n == 1 && get(soon()) == 2) ||
           (n == TL_EMPTY && get(soon()) == 2) || n == 2;
}

static void victim_times_out(void)
{
    int n = 3;
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    tl_queue_put(&queue, &m, 0, tl_deadline_in(0.002));
}

static bool both_come(void)
{
    return get(soon()) == 1 && get(soon()) == 2;
}

/* ---- closing a queue ---- */

static bool hear_the_close(void)
{
    return get(soon()) == TL_CLOSED;
}

static void victim_closes(void)
{
    tl_queue_close(&queue);
}

static bool close_is_whole(void)
{
    return tl_queue_close(&queue) == TL_OK && put(1) == TL_CLOSED;
}

/* ---- priority queue, growing ---- */

static void make_heap(void)
{
    tl_queue_new(&queue, "heap", TL_PRIORITY, 0);
    tl_event_new(&other, "travels");
    for (int i = 0; i < 32; i++)
        put(i);
}

static void victim_grows_heap(void)
{
    put(32);
}

static bool heap_is_whole(void)
{
    if (put(33) != TL_OK)
        return false;
    int64_t size = tl_queue_size(&queue);
    return (size == 33 || size == 34) && drain() == size;
}

static bool heap_rest_comes(void)
{
    int64_t size = tl_queue_size(&queue);
    if ((size != 31 && size != 32) || drain() != size)
        return false;
    for (int i = 0; i < size; i++)
        if (tl_queue_task_done(&queue) != TL_OK)
            return false;
    return tl_queue_join(&queue, soon()) >= 0;
}
