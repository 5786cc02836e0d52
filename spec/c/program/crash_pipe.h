/* The scenarios of pipes; included by crash_scenarios.h alone. */

/* ---- pipe ---- */

static void make_pipe(void)
{
    tl_pipe_new(ends, "swept", true);
}

static bool receive(void)
{
    int status = tl_pipe_recv(&ends[1], &parcel, soon());
    return status == TL_OK || status == TL_CLOSED;
}

static void victim_sends(void)
{
    int n = 1;
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    tl_pipe_send(&ends[0], &m, soon());
}

static void victim_sends_large(void)
{
    struct tl_slice slice = {large, sizeof large};
    struct tl_message m = {&slice, 1, sizeof large, NULL, 0};
    tl_pipe_send(&ends[0], &m, soon());
}

static bool receiver_goes_on(void)
{
    return tl_pipe_close(&ends[0]) == TL_OK;
}

static void make_filled_pipe(void)
{
    make_pipe();
    victim_sends();
    victim_sends();
}

static void make_filled_large_pipe(void)
{
    make_pipe();
    victim_sends_large();
    victim_sends_large();
}

static void victim_receives(void)
{
    tl_pipe_recv(&ends[1], &parcel, soon());
}

static bool next_can_be_received(void)
{
    bool came = tl_pipe_recv(&ends[1], &parcel, soon()) == TL_OK;
    if (came)
        tl_parcel_drop(&parcel);
    return came;
}

/* A full pipe, with a writer asleep. */
static void make_full_pipe(void)
{
    struct tl_slice slice = {large, sizeof large};
    struct tl_message m = {&slice, 1, sizeof large, NULL, 0};
    make_pipe();
    while (tl_pipe_send(&ends[0], &m, TL_NOW) == TL_OK)
        continue;
}

static bool send_one_more(void)
{
    int n = 1;
    struct tl_slice slice = {&n, sizeof n};
    struct tl_message m = {&slice, 1, sizeof n, NULL, 0};
    return tl_pipe_send(&ends[0], &m, soon()) == TL_OK;
}

/* The victim alone holds the other end, and gives it up. */
static void victim_closes_end(void)
{
    victim_sends();
    tl_pipe_close(&ends[0]);
}
