/*
 * Recorder: the process that writes a recording's file (tl_recorder_new).
 *
 * It is no child of the program, so that nobody waits for it by chance, and has
 * a session of its own, so that no signal of a terminal reaches it.  It ends
 * when all tasks have: each has inherited one end of a socket, and the kernel
 * closes that however they end.  The program's own end waits for it.
 */
#ifndef TL_BINDINGS_RECORDER_H
#define TL_BINDINGS_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder_wishes {
    const char *path;
    const char *title;
    bool last, simulated; /* see tl_recorder_options */
    bool tells; /* on stderr, at the end, where it has written and how much;
                   what went wrong it tells anyway */
};

/* Starts one, and the recording.  False: it cannot, and *why says so. */
bool recorder_start(const struct recorder_wishes *wishes, const char **why);

/* Whether a recording goes on. */
bool recorder_is_on(void);

/* The file of the recording that goes on; NULL: none does. */
const char *recorder_path(void);

/* Ends the recording, and returns when the file is whole.  What the recorder
 * has told; false: it has not. */
struct recorder_report {
    uint64_t operations, lost;
    int error;
};
bool recorder_stop(struct recorder_report *report);

/* The same as the program ends, with that status. */
void recorder_end(int status);

#endif
