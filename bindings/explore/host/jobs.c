#include "explore/host/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explore/host/interrupt.h"

#define LOOK 0.5 /* seconds between two looks at who takes steps */
#define OUTPUT_MOST (64 << 20)

/* ---- who runs ---- */

static bool wrote_files(const struct worker *worker)
{
    return worker->memory->exploration.account.wrote_files;
}

static int dispatch(struct host *host, struct worker **lost)
{
    int running = 0;
    for (int i = 0; i < host->jobs; i++)
        running += host->workers[i].state == WORKER_RUNS;
    for (int i = 0; i < host->jobs; i++) {
        struct worker *worker = &host->workers[i];
        if (worker->state != WORKER_QUEUED ||
            (host->one_at_a_time && running > 0))
            continue;
        if (worker_order(worker) < 0) {
            *lost = worker;
            return -1;
        }
        running++;
    }
    return 0;
}

int host_jobs_start(struct host *host, struct worker *worker, uint32_t flag)
{
    struct worker *lost;
    worker->state = WORKER_QUEUED;
    worker->flag = flag;
    worker->again = false;
    return dispatch(host, &lost);
}

/* Whether another worker's schedule, which runs at the moment, or that of this
 * one, which has ended, has changed files. */
static bool is_disturbed(const struct host *host, const struct worker *worker)
{
    bool written = wrote_files(worker);
    for (int i = 0; i < host->jobs; i++)
        written |= host->workers[i].state == WORKER_RUNS &&
                   wrote_files(&host->workers[i]);
    return written;
}

/* The worker is done: whether that is to be told. */
static bool is_done(struct host *host, struct worker *worker)
{
    worker->state = WORKER_IDLE;
    if (!host->one_at_a_time && host->jobs > 1 && is_disturbed(host, worker)) {
        host->one_at_a_time = worker->again = true;
        for (int i = 0; i < host->jobs; i++)
            host->workers[i].again |= host->workers[i].state == WORKER_RUNS;
    }
    if (!worker->again)
        return true;
    worker->again = false;
    worker->state = WORKER_QUEUED;
    return false;
}

/* ---- who hangs ---- */

static void look_at(const struct host *host, struct worker *worker, double now)
{
    /* goes on where the events are too many to be kept */
    uint64_t hash = worker->memory->exploration.account.hash;
    struct stat output;
    if (worker->state != WORKER_RUNS || worker->flag)
        return;
    if (fstat(worker->output, &output) == 0 && output.st_size > OUTPUT_MOST)
        worker_end_schedule(worker, WORKER_PRINTS);
    else if (hash != worker->seen)
        worker->moved = now;
    else if (now - worker->moved > host->patience)
        worker_end_schedule(worker, WORKER_HANGS);
    worker->seen = hash;
}

static void look_at_all(struct host *host, double now)
{
    if (now - host->looked < LOOK)
        return;
    host->looked = now;
    for (int i = 0; i < host->jobs; i++)
        look_at(host, &host->workers[i], now);
}

/* ---- waiting ---- */

bool host_jobs_take_word(struct worker *worker, struct worker_word *word)
{
    ssize_t size;
    do
        size = recv(worker->socket, word, sizeof *word, 0);
    while (size < 0 && errno == EINTR && !host_interrupt_came());
    return size == sizeof *word;
}

static void list_polled(const struct host *host, struct pollfd *polled)
{
    for (int i = 0; i < host->jobs; i++) {
        const struct worker *worker = &host->workers[i];
        polled[i] = (struct pollfd){
            .fd = worker->state == WORKER_RUNS ? worker->socket : -1,
            .events = POLLIN};
    }
    polled[host->jobs] = (struct pollfd){
        .fd = host->told_interrupt ? -1 : host->interrupts, .events = POLLIN};
}

static int wait_once(struct host *host, double seconds, struct worker **lost)
{
    struct pollfd polled[HOST_JOBS_MOST + 1];
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    list_polled(host, polled);
    if (ppoll(polled, (nfds_t)host->jobs + 1, &time, NULL) <= 0)
        return 0;
    for (int i = 0; i < host->jobs; i++) {
        struct worker_word word;
        struct worker *worker = &host->workers[i];
        if (!polled[i].revents)
            continue;
        *lost = worker;
        if (recv(worker->socket, &word, sizeof word, 0) != sizeof word)
            return HOST_JOBS_LOST;
        if (word.kind == WORKER_STOPPED || word.kind == WORKER_ANSWER) {
            worker->state = WORKER_STANDS;
            return i + 1;
        }
        bool done = is_done(host, worker);
        if (dispatch(host, lost) < 0)
            return HOST_JOBS_LOST;
        return done ? i + 1 : 0;
    }
    return 0;
}

int host_jobs_wait(struct host *host, double until, struct worker **lost)
{
    double now = tl_real_now();
    for (;;) {
        double left = until - now < LOOK ? until - now : LOOK;
        int done = wait_once(host, left > 0 ? left : 0, lost);
        if (done)
            return done;
        if (host_interrupt_came() && !host->told_interrupt) {
            host->told_interrupt = true;
            return HOST_JOBS_INTERRUPTED;
        }
        now = tl_real_now();
        look_at_all(host, now);
        if (now >= until)
            return 0;
    }
}
