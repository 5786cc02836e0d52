/*
 * Recording: has a run's operations recorded in a file (public/trace).
 *
 * Tasks write what they do into lanes of shared memory (trace/lane).  Another
 * process, the recorder, which the caller forks, drains these into the file: it
 * survives whatever happens to the program.  A task is recorded if a recording
 * had been prepared before it began.
 *
 * Limits: an operation that never ended holds up what its task writes after
 * it: callbacks that run while a task waits are lost where there are more than
 * its lane has room for.
 */
#ifndef TL_PUBLIC_RECORDING_H
#define TL_PUBLIC_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "public/trace.h"

/* ---- the program's side ---- */

/* Makes the shared memory, before the first task that is to be recorded; twice
 * is harmless.  TL_OK, or TL_SYSTEM with errno. */
int tl_recording_prepare(void);

/* Begins and ends a recording: of this task, those that were prepared, and
 * those to come.  `bell`: a socket's descriptor, on which a byte hurries the
 * recorder; it is the same in all tasks.  `simulated`: time is a number. */
void tl_recording_begin(int bell, bool simulated);
void tl_recording_stop(void);

/* Whether this thread is recorded. */
bool tl_recording_is_on(void);

/* Between these nothing of this thread is recorded: what a session does to look
 * after its tasks is none of its script's doing.  They do not nest. */
void tl_recording_pause(void);
void tl_recording_resume(void);

/* How far the recorder has come: a number that grows; and how many records it
 * has to read, about. */
uint64_t tl_recording_progress(void);
uint64_t tl_recording_left(void);

/* This task has ended with the exit status; for the main one. */
void tl_recording_finish(int exitcode);

/* Around a wait for a command that is none of the runtime's (os.execute): it is
 * told as the join of one. */
void tl_recording_command_begin(void);
void tl_recording_command_end(void);

/* The same before a read that waits for somebody else. */
void tl_recording_read_begin(void);

/* An operation of an object on a server begins; tl_recording_end ends it.  Of a
 * kind that is none: a wait for no object. */
struct tl_recording_far {
    const char *operation; /* the server's word, such as "queue_put" */
    const char *call;      /* the API's; or NULL */
    const char *kind, *name, *space;
};
void tl_recording_far(const struct tl_recording_far *far);

/* Says something that is kept with its moment. */
void tl_recording_mark(const char *text);

/* This thread's innermost call of the API, or one that an error has left.
 *
 * `frame` is an address in the caller's frame.  `site` tells where the script
 * is: two that are the same are at the same line of the same file, where that
 * line is `direct`, and while nothing was collected; each collection counts in
 * the AGE bits.  0: not known.  `caller` is what the hook takes.
 *
 * Around a call that lies within no other (frame: 0), the caller sets it, and
 * `frame` to 0 again; around any other one tl_recording_call sets it, and
 * *before to what it was, which the caller puts back.  Before that, what
 * operation the call has begun ends with tl_recording_return, which says
 * whether there was one. */
#define TL_RECORDING_AGE_BITS 16 /* the lowest ones */
struct tl_recording_call {
    uintptr_t frame; /* 0: there is none */
    void *caller;    /* NULL: it has no line */
    uint64_t site;
};
extern _Thread_local struct tl_recording_call tl_recording_innermost;
void tl_recording_call(uintptr_t frame, void *caller, uint64_t site,
                       struct tl_recording_call *before);
bool tl_recording_return(uintptr_t frame, enum tl_trace_result result);

/* The hook of this thread that finds the line of a call by its caller, 0: not
 * known; and the file, and its name, which need not outlive the next call.
 * `file` is the same for the same file, but for one that is long gone. */
struct tl_recording_line {
    uint32_t line;
    uint64_t file;
    const char *name;
    bool direct; /* the site of the call tells it, as long as it stays */
};
extern _Thread_local void (*tl_recording_find)(struct tl_recording_line *line,
                                               void *caller);

/* The operation that this call has begun has ended, and more comes before the
 * call returns, or it never does. */
void tl_recording_end(enum tl_trace_result result);

/* ---- the recorder's side ---- */

struct tl_recorder_options {
    const char *title;
    const char *path;
    int fd;         /* takes; -1: opened once there is something to write */
    bool simulated; /* no time of day is known */
    bool last;      /* only the last operations, and only where a task has
                       failed or was killed, or a deadlock was told */
};

struct tl_recorder;

/* NULL: no memory. */
struct tl_recorder *tl_recorder_new(const struct tl_recorder_options *options);

/* Reads what the tasks have written, and writes it to the file. */
void tl_recorder_drain(struct tl_recorder *recorder);

/* Reads the rest, with what will never end, and ends the file. */
void tl_recorder_close(struct tl_recorder *recorder);

struct tl_recorder_report {
    uint64_t operations, lost;
    /* of the last ones: how many came before those that are there, and for how
     * long before the trace's end all are there, in nanoseconds */
    uint64_t left_out;
    int64_t reach;
    bool written; /* false: there was nothing to write the last ones for */
    int error;    /* errno of what went wrong with the file; 0: nothing */
};
void tl_recorder_tell(const struct tl_recorder *recorder,
                      struct tl_recorder_report *out);

#endif
