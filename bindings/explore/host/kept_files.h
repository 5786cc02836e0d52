/*
 * Kept files: what a schedule does to files is undone after it, so that the
 * next one finds what this one found.
 *
 * Before a task opens a file to write, removes it, renames it or makes one, the
 * file is kept: appended to a record in shared memory, with content, mode and
 * times; or that there was none.  After the schedule the records are undone,
 * the last one first: the zygote does it, or the explorer where that was
 * killed.  A file is written in place where it is still the same (hard links
 * stay); one that the schedule has made is removed.
 *
 * A name that is drawn (os.tmpname) may be another program's, such as a second
 * exploration's: so that file is recorded once it is made, and the record is
 * over once the schedule has removed it itself.
 *
 * Workers do so one at a time: who keeps a file takes a lock, for its whole
 * schedule (flock on a description that the schedule's processes share with
 * their zygote and the explorer).  What schedules at the same time have read is
 * another matter: jobs.h.
 *
 * Limits: only what the io and os libraries do, and the files of spaces.  64
 * MiB a schedule, and 4,096 files; what is more is told in a notice, and is not
 * put back.  Nor are devices, FIFOs, and files that cannot be read.  A file
 * that was removed is another one then: its hard links stay as they are.
 */
#ifndef EXPLORE_KEPT_FILES_H
#define EXPLORE_KEPT_FILES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tidelock.h"

#define KEPT_FILES_MOST 4096
#define KEPT_FILES_BYTES (64u << 20)

enum kept_state {
    KEPT_STAYS, /* until it is undone */
    KEPT_DRAWN, /* so does it, unless the file is removed */
    KEPT_OVER   /* the file was removed: there is nothing to undo */
};

/* In memory that the worker's processes and the explorer share.  A record
 * counts from the moment `count` says so. */
struct kept_files {
    _Atomic uint32_t count;
    bool told; /* that not all can be put back */
    uint64_t used;
    uint64_t paths[KEPT_FILES_MOST];  /* hashes, for "kept already" */
    uint64_t starts[KEPT_FILES_MOST]; /* where each record begins */
    uint8_t states[KEPT_FILES_MOST];  /* enum kept_state */
};

/* In the zygote: the state, the descriptor of the records, and that of the
 * lock. */
void kept_files_begin(struct kept_files *kept, int records, int lock);

/* In a task of the schedule: something is about to change what is at the path;
 * `follows`: beyond symbolic links. */
void kept_files_keep(const char *path, bool follows);

/* Somebody is about to make a file with a name that is drawn; has made it. */
void kept_files_draw(void);
void kept_files_drawn(const char *path);

/* What was at the path was removed. */
void kept_files_removed(const char *path);

/* What is at the path is about to be moved to the other. */
void kept_files_rename(const char *from, const char *to);

/* Undoes the records, in the zygote, or the explorer; and unlocks. */
void kept_files_put_back(struct kept_files *kept, int records, int lock);

#endif
