/*
 * File points: what the io and os libraries do to files is a point of the
 * simulation, told before it is done.
 *
 * Points are: to open (io.open, io.lines, io.input, io.output with a name,
 * io.tmpfile, os.tmpname), each read, each step of lines, seek, close,
 * os.remove, and os.rename, twice: for the old name and for the new one.  What
 * is written into a buffer is no point; where that reaches the file, by a write
 * that does not fit, a flush, a close, a seek, a setvbuf, is one.
 *
 * The standard input is a file like others, since tasks share its position.
 * What is written to stdout and stderr is no point: no task sees it, and the
 * turns put it into an order anyway.
 *
 * All else is as in the functions beneath, which are called in the same frame.
 *
 * Limits: dofile, loadfile, require and package.searchpath read files without a
 * point.  What reaches a file by the collector, by the end of a process or
 * because of a fork is a part of that step.  So is what a C module does.  Who
 * waits in one of these calls (for a line from a terminal, for the other end of
 * a FIFO) keeps its turn meanwhile: two tasks cannot talk by a FIFO.
 */
#ifndef TL_FILE_POINTS_H
#define TL_FILE_POINTS_H

#include <stdbool.h>

#include <lua.h>

#include "tidelock.h"

void file_points_open(lua_State *L);

/* For a function that does something to the file of that name. */
void file_points_announce(lua_State *L, enum tl_file_use use, const char *path);

/* Who wants to know, after the point, what a task does to files.  It is told
 * before the task changes what is at a path (`follows`: beyond symbolic links),
 * and renames something; after it has removed something; and before and after
 * it makes a file with a name that was drawn. */
struct file_keeper {
    void (*keep)(const char *path, bool follows);
    void (*rename)(const char *from, const char *to);
    void (*removed)(const char *path);
    void (*draw)(void);
    void (*drawn)(const char *path);
};
void file_points_keep_with(const struct file_keeper *keeper);

/* For a function that makes the file of that name, or writes to it. */
void file_points_makes(const char *path);

/* For one that makes a file with a name that is drawn; NULL: is about to. */
void file_points_draws(const char *path);

#endif
