/*
 * The ring of events: what readers find where writers go round it, at once, and
 * are killed.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/lower.h"

#define WRITERS 4
#define EACH 50000

/* An event whose words all follow from one number. */
static struct tl_event event_of(uint64_t number)
{
    return (struct tl_event){.time = (int64_t)(number * 3),
                             .object = number,
                             .key = ~number,
                             .could_run = number << 7,
                             .runnable = (uint32_t)number,
                             .task = (uint32_t)number + 1,
                             .line = (uint32_t)number + 2,
                             .player = (uint16_t)(number + 3)};
}

static bool fits(const struct tl_event *event)
{
    struct tl_event made = event_of(event->object);
    made.step = event->step;
    return memcmp(&made, event, sizeof made) == 0;
}

static void add(uint64_t number)
{
    struct tl_event event = event_of(number);
    tl_ring_add(&event);
}

static enum tl_ring_state state_at(uint64_t position)
{
    struct tl_event event;
    return tl_ring_read(tl_ring_here(), position, &event);
}

static bool is(uint64_t position, uint64_t number)
{
    struct tl_event event;
    return tl_ring_read(tl_ring_here(), position, &event) == TL_RING_WHOLE &&
           event.step == position + 1 && event.object == number && fits(&event);
}

static bool nothing(void)
{
    struct tl_event event = {.step = 77};
    tl_ring_add(&event);
    return !tl_ring && !tl_ring_here() && event.step == 77 &&
           tl_ring_file("a.lua") == 0;
}

static bool wraps(void)
{
    if (tl_ring->count != 8 || state_at(0) != TL_RING_NOT_YET)
        return false;
    for (uint64_t i = 0; i < 20; i++) {
        struct tl_event event = event_of(i + 100);
        tl_ring_add(&event);
        if (event.step != i + 1 || !is(i, i + 100))
            return false;
    }
    for (uint64_t i = 0; i < 12; i++)
        if (state_at(i) != TL_RING_OVERWRITTEN)
            return false;
    for (uint64_t i = 12; i < 20; i++)
        if (!is(i, i + 100))
            return false;
    return state_at(20) == TL_RING_NOT_YET && state_at(28) == TL_RING_NOT_YET &&
           tl_ring_position(tl_ring) == 20 && tl_ring_oldest(tl_ring) == 12;
}

static bool laps_wrap(void)
{
    /* the laps of the last two events are the greatest, and 0 */
    uint64_t first = ((UINT64_C(1) << 32) - 3) * 8;
    atomic_store(&tl_ring->position, first);
    for (uint64_t i = 0; i < 8; i++)
        atomic_store(&tl_ring->slots[i].word, (first / 8) << 32);
    for (uint64_t i = first; i < first + 32; i++) {
        add(i);
        if (!is(i, i) || state_at(i - 8) != TL_RING_OVERWRITTEN)
            return false;
    }
    return true;
}

static pid_t start(void (*body)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        tl_task_quit_all();
        if (!lower_enter())
            _exit(1);
        body();
        _exit(0);
    }
    return pid;
}

static int end(pid_t pid)
{
    int status;
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* What tl_ring_write has done when it has written half of an event. */
static void write_half(void)
{
    uint64_t position = atomic_fetch_add(&tl_ring->position, 1);
    struct tl_ring_slot *slot = &tl_ring->slots[position % tl_ring->count];
    uint64_t lap = position / tl_ring->count + 1;
    atomic_store(&slot->word, lap << 32 | 1u << 31 | tl_task_id(tl_self));
    for (int i = 0; i < 3; i++)
        atomic_store(&slot->rest[i], UINT64_MAX);
}

static void die_amid(void)
{
    write_half();
    raise(SIGKILL);
}

static void stop_amid(void)
{
    write_half();
    raise(SIGSTOP);
}

static bool killed_is_torn(void)
{
    for (uint64_t i = 0; i < 3; i++)
        add(i);
    if (!WIFSIGNALED(end(start(die_amid))))
        return false;
    for (uint64_t i = 4; i < 11; i++)
        add(i);
    bool torn = state_at(3) == TL_RING_TORN && is(4, 4) && is(10, 10);
    add(11); /* takes the slot of the dead one */
    return torn && is(11, 11) && state_at(3) == TL_RING_OVERWRITTEN;
}

static bool stopped_keeps(void)
{
    int status;
    pid_t pid = start(stop_amid);
    waitpid(pid, &status, WUNTRACED);
    for (uint64_t i = 1; i < 12; i++)
        add(i);
    bool kept = is(7, 7) && state_at(8) == TL_RING_TORN && is(9, 9) &&
                state_at(0) == TL_RING_OVERWRITTEN;
    kill(pid, SIGKILL);
    end(pid);
    for (uint64_t i = 12; i < 17; i++)
        add(i);
    return kept && is(16, 16);
}

static void reserve(void)
{
    atomic_fetch_add(&tl_ring->position, 1);
}

static bool reserved_is_torn(void)
{
    end(start(reserve));
    return state_at(0) == TL_RING_TORN && state_at(1) == TL_RING_NOT_YET;
}

/* Numbers of writer w: w * 2^32, and so on. */
static void write_many(void)
{
    uint64_t number = (uint64_t)tl_task_number(tl_self) << 32;
    for (int i = 0; i < EACH; i++)
        add(number + (uint64_t)i);
}

static void write_always(void)
{
    for (;;)
        write_many();
}

static bool together(void)
{
    static uint32_t next[64];
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pids[i] = start(write_many);
    for (int i = 0; i < WRITERS; i++)
        if (end(pids[i]) != 0)
            return false;
    uint64_t all = tl_ring_position(tl_ring);
    for (uint64_t at = 0; at < all; at++) {
        struct tl_event event;
        if (tl_ring_read(tl_ring, at, &event) != TL_RING_WHOLE || !fits(&event))
            return false;
        if ((uint32_t)event.object != next[event.object >> 32]++)
            return false;
    }
    return all == (uint64_t)WRITERS * EACH;
}

/* Reads what is there, over and over; how many were whole, or -1 where one was
 * not what was written. */
static long follow(uint64_t *position)
{
    long whole = 0;
    for (int rounds = 0; rounds < 200000; rounds++) {
        struct tl_event event;
        uint64_t oldest = tl_ring_oldest(tl_ring);
        if (*position < oldest)
            *position = oldest;
        switch (tl_ring_read(tl_ring, *position, &event)) {
        case TL_RING_NOT_YET:
            break;
        case TL_RING_WHOLE:
            whole++;
            if (!fits(&event) || event.step != *position + 1)
                return -1;
            /* fallthrough */
        default:
            ++*position;
        }
    }
    return whole;
}

static bool killed_at_any_time(void)
{
    uint64_t position = 0;
    long whole = 0;
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pids[i] = start(write_always);
    for (int round = 0; round < 40 && whole >= 0; round++) {
        long now = follow(&position);
        whole = now < 0 ? -1 : whole + now;
        pid_t *pid = &pids[round % WRITERS];
        kill(*pid, SIGKILL);
        end(*pid);
        tl_life_sweep();
        *pid = start(write_always);
    }
    for (int i = 0; i < WRITERS; i++) {
        kill(pids[i], SIGKILL);
        end(pids[i]);
    }
    /* no slot is lost for ever */
    for (uint64_t i = 0; i < tl_ring->count; i++) {
        uint64_t at = tl_ring_position(tl_ring);
        add(i);
        if (!is(at, i))
            return false;
    }
    return whole > 0;
}

static bool names(void)
{
    static const char longest[] = "/home/ann/a/folder/of/some/length/"
                                  "and/another/one/in/it/till.lua";
    const struct tl_ring *ring = tl_ring_here();
    uint16_t a = tl_ring_file("a.lua"), b = tl_ring_file("b.lua");
    if (a == 0 || b == 0 || a == b || tl_ring_file("a.lua") != a ||
        tl_ring_file("b.lua") != b || tl_ring_file("b.lua") != b)
        return false;
    uint16_t cut = tl_ring_file(longest);
    const char *name = tl_ring_file_name(ring, cut);
    return strcmp(tl_ring_file_name(ring, b), "b.lua") == 0 &&
           strlen(name) == TL_RING_NAME - 1 && memcmp(name, "...", 3) == 0 &&
           strcmp(name + 3, longest + strlen(longest) - strlen(name) + 3) ==
               0 &&
           tl_ring_file(longest) == cut && tl_ring_file("") == 0 &&
           tl_ring_file(NULL) == 0 && *tl_ring_file_name(ring, 0) == '\0' &&
           *tl_ring_file_name(ring, 200) == '\0' &&
           *tl_ring_file_name(ring, 9999) == '\0';
}

static bool many_names(void)
{
    char name[20];
    for (unsigned i = 1; i < 300; i++) {
        snprintf(name, sizeof name, "%u.lua", i);
        if (tl_ring_file(name) != (i < TL_RING_FILES ? i : 0))
            return false;
    }
    return tl_ring_file("255.lua") == 255 && tl_ring_file("1.lua") == 1;
}

static const struct test {
    uint64_t count;
    bool (*run)(void);
    const char *name;
} tests[] = {
    {0, nothing, "without a ring an event is nothing"},
    {8, wraps, "the last are there, and the others known to be gone"},
    {7, laps_wrap, "laps may wrap"},
    {8, killed_is_torn,
     "a writer killed amid is told, and its slot used again"},
    {8, stopped_keeps, "a writer stopped amid loses others, and mixes none"},
    {8, reserved_is_torn, "a place that was reserved alone is told"},
    {(uint64_t)WRITERS * EACH, together,
     "four that write at once lose nothing"},
    {2, killed_at_any_time, "no reader sees a mixture, whoever is killed"},
    {1, names, "names come back, and keep their end"},
    {1, many_names, "too many names are none"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            alarm(120);
            lower_ring = tests[i].count;
            _exit(lower_init(UINT64_C(1) << 26) && tests[i].run() ? 0 : 1);
        }
        say(end(pid) == 0, tests[i].name);
    }
    return lower_failures;
}
