/*
 * Space: an arena in a file, where unrelated programs meet.
 *
 * The file is /dev/shm/tidelock-UID-NAME, of mode 0600.  It is made without a
 * name, filled in, and only then linked: so it is there whole or not at all,
 * and of two programs that make it at once, one finds the other's.
 *
 * Before a program uses anything in the file, it makes sure that this is a
 * space of this user and this version: by the file's kind, owner and mode, and
 * the root of the arena (magic, size, order of the regions, shape, checksum). A
 * program that opens a space which no other has open also checks everything
 * else in it (space/file_check).  A lock of the file tells whether any has
 * (space/space_lock).
 *
 * Tasks know each other by numbers of one PID namespace.  While programs of one
 * have it open, those of another are refused; when nobody has, it is theirs.
 *
 * A program that opens a space becomes a task there as well: it has a slot in
 * the space's table, and the death of any task of any program is settled by
 * the others, or by the next that comes.
 *
 * Limits
 *   - A program has at most TL_ARENAS - 1 spaces, each mapped until its end.
 *   - A total deadlock is not reported to a task that waits in a space, since
 *     another program may come; a cycle of waits is.
 *   - A file that is written to or truncated by others while it is open is not
 *     checked again: that may end the programs that use it.
 *   - To open a space that no program has open takes time in proportion to what
 *     is in it.
 */
#ifndef TL_SPACE_H
#define TL_SPACE_H

#include "tidelock.h"

/* For space/foreign_spaces: maps the space of this file for a look.  Takes fd.
 * Returns its number, to be given back by tl_space_return soon; TL_EMPTY: this
 * task is in it, or it is no space, or there are too many. */
int tl_space_borrow(int fd);
void tl_space_return(unsigned number);

/* This thread becomes a task without a name of the space, which is mapped; it
 * stays in the arena where it was.  TL_NO_TASKS. */
int tl_space_look_in(unsigned number);

/* A number for a file, while it exists. */
struct stat;
uint64_t tl_space_identity_of(const struct stat *file);

#define TL_SPACE_MAGIC "tdlspac1"
#define TL_PROGRAM_MAGIC "tdlprog1"
#define TL_SPACE_FOLDER "/dev/shm"

#endif
