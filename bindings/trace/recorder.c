#include "trace/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/exit.h"
#include "tidelock.h"
#include "trace/place.h"

/* Out of the way of what a script opens. */
#define HIGH 200
#define BEAT 500000 /* microseconds between two looks */
#define PATIENCE 3  /* seconds without progress until its last words */

static int line = -1;   /* the program's end of the socket */
static pid_t owner;     /* the process that has started the recorder */
static char *path_here; /* of the file */

/* ---- the recorder's side ---- */

static void keep_only(int kept, int also)
{
#ifdef SYS_close_range
    unsigned low = (unsigned)(kept < also ? kept : also);
    unsigned high = (unsigned)(kept < also ? also : kept);
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    if (also < 0) {
        low = high;
    } else if (high > low + 1) {
        syscall(SYS_close_range, low + 1, high - 1, 0u);
    }
    if (low > 3)
        syscall(SYS_close_range, 3u, low - 1, 0u);
    syscall(SYS_close_range, high + 1, ~0u, 0u);
#else
    (void)kept;
    (void)also;
#endif
}

static void say(const char *text, int size)
{
    /* not by files_write, whose locks are of another process */
    if (size > 0 && write(STDERR_FILENO, text, (size_t)size) < 0)
        return;
}

/* What is there of the last operations: not all are, and none of those that
 * are not is lost. */
static void tell_reach(const struct tl_recorder_report *report, char *text,
                       size_t room)
{
    *text = '\0';
    if (report->left_out)
        snprintf(text, room,
                 " (all of the last %.3g s; %" PRIu64
                 " before them were left out)",
                 (double)report->reach * 1e-9, report->left_out);
}

static void tell(const struct recorder_wishes *wishes,
                 const struct tl_recorder_report *report)
{
    char text[800], lost[40] = "none", reach[120];
    int size = 0;
    if (report->lost)
        snprintf(lost, sizeof lost, "%" PRIu64, report->lost);
    tell_reach(report, reach, sizeof reach);
    if (report->error)
        size = snprintf(text, sizeof text,
                        "tidelock: the trace %.400s: %s; operations are "
                        "missing\n",
                        wishes->path, strerror(report->error));
    else if (report->written && (wishes->tells || report->lost))
        size = snprintf(text, sizeof text,
                        "tidelock: the trace is in %.400s: %" PRIu64
                        " operation%s%s, %s lost\n",
                        wishes->path, report->operations,
                        report->operations == 1 ? "" : "s", reach, lost);
    say(text, size);
}

static void serve(struct tl_recorder *recorder, int end)
{
    char bytes[64];
    ssize_t size;
    struct timeval beat = {.tv_usec = BEAT};
    setsockopt(end, SOL_SOCKET, SO_RCVTIMEO, &beat, sizeof beat);
    do {
        size = recv(end, bytes, sizeof bytes, 0);
        tl_recorder_drain(recorder);
    } while (size != 0);
}

static _Noreturn void live(const struct recorder_wishes *wishes,
                           struct tl_recorder *recorder, int end)
{
    struct tl_recorder_report report;
    serve(recorder, end);
    tl_recorder_close(recorder);
    tl_recorder_tell(recorder, &report);
    tell(wishes, &report);
    struct recorder_report told = {.operations = report.operations,
                                   .lost = report.lost,
                                   .error = report.error};
    send(end, &told, sizeof told, MSG_NOSIGNAL);
    _exit(0);
}

static _Noreturn void become_recorder(const struct recorder_wishes *wishes,
                                      int file, int end)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    setsid();
    prctl(PR_SET_NAME, "tidelock-trace");
    keep_only(end, file);
    struct tl_recorder_options options = {.title = wishes->title,
                                          .path = wishes->path,
                                          .fd = file,
                                          .simulated = wishes->simulated,
                                          .last = wishes->last};
    struct tl_recorder *recorder = tl_recorder_new(&options);
    if (!recorder)
        _exit(1);
    /* from here on the program goes on */
    send(end, "", 1, MSG_NOSIGNAL);
    live(wishes, recorder, end);
}

/* ---- the program's side ---- */

static int raise_number(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}

/* The recorder is the child of a child that ends at once. */
static bool fork_recorder(const struct recorder_wishes *wishes, int file,
                          int ends[2])
{
    char byte;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        if (fork() == 0)
            become_recorder(wishes, file, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    if (pid < 0)
        return false;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    ssize_t size;
    do
        size = recv(ends[0], &byte, 1, 0);
    while (size < 0 && errno == EINTR);
    return size == 1;
}

static bool open_file(const struct recorder_wishes *wishes, int *file)
{
    *file = -1;
    if (wishes->last)
        return true;
    *file = tl_standard_avoid(
        open(wishes->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    return *file >= 0;
}

static void at_exit(int status, void *unused)
{
    (void)unused;
    if (getpid() == owner)
        recorder_end(status);
}

static void end_with_program(void)
{
    static bool registered;
    owner = getpid();
    if (!registered) {
        on_exit(at_exit, NULL);
        exit_leaving(recorder_end);
    }
    registered = true;
}

static bool fail(const char **why, const char *text)
{
    *why = text;
    return false;
}

static bool close_file(int file)
{
    if (file >= 0)
        close(file);
    return false;
}

bool recorder_start(const struct recorder_wishes *wishes, const char **why)
{
    int file, ends[2];
    tl_init_kinds();
    const char *refusal = place_refuse(wishes->path, wishes->last);
    if (refusal)
        return fail(why, refusal);
    if (!open_file(wishes, &file))
        return fail(why, strerror(errno));
    if (tl_recording_prepare() < 0) {
        close_file(file);
        return fail(why, "no shared memory can be had for the recording");
    }
    if (tl_standard_sockets(ends) < 0) {
        fail(why, strerror(errno));
        return close_file(file);
    }
    ends[0] = raise_number(ends[0]);
    bool started = fork_recorder(wishes, file, ends);
    close_file(file);
    if (!started) {
        close(ends[0]);
        return fail(why, "no process can be started for the recording");
    }
    line = ends[0];
    free(path_here);
    path_here = strdup(wishes->path);
    end_with_program();
    tl_recording_begin(line, wishes->simulated);
    return true;
}

bool recorder_is_on(void)
{
    return line >= 0;
}

const char *recorder_path(void)
{
    return recorder_is_on() && path_here ? path_here : NULL;
}

/* The recorder's last words, for which it may take its time as long as it goes
 * on: how many bytes; 0: it has gone; negative: it does not go on. */
static ssize_t hear(void *words, size_t size)
{
    struct timeval second = {.tv_sec = 1};
    uint64_t progress = tl_recording_progress();
    setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    for (int idle = 0; idle < PATIENCE;) {
        ssize_t heard = recv(line, words, size, MSG_WAITALL);
        if (heard >= 0)
            return heard;
        if (errno != EAGAIN && errno != EINTR)
            return 0;
        uint64_t now = tl_recording_progress();
        idle = now != progress ? 0 : idle + (errno == EAGAIN);
        progress = now;
    }
    return -1;
}

static void tell_stuck(void)
{
    char text[600];
    say(text,
        snprintf(text, sizeof text,
                 "tidelock: the trace %.400s is not whole: the process that "
                 "writes it, tidelock-trace, has not gone on for %d s, and "
                 "about %" PRIu64 " operations are missing until it does\n",
                 path_here ? path_here : "", PATIENCE, tl_recording_left()));
}

bool recorder_stop(struct recorder_report *report)
{
    char byte;
    if (line < 0)
        return false;
    tl_recording_stop();
    shutdown(line, SHUT_WR);
    ssize_t size = hear(report, sizeof *report);
    /* until it has gone, too */
    if (size > 0)
        hear(&byte, 1);
    else if (size < 0)
        tell_stuck();
    close(line);
    line = -1;
    return size == (ssize_t)sizeof *report;
}

void recorder_end(int status)
{
    struct recorder_report report;
    if (line < 0)
        return;
    if (tl_task_is_main())
        tl_recording_finish(status);
    recorder_stop(&report);
}
