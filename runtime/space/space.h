/*
 * Space: an arena in a file, where unrelated programs meet.
 *
 * The file is /dev/shm/tidelock-UID-NAME, of mode 0600.  It is made without a
 * name, furnished, and only then linked: so it is there whole or not at all,
 * and of two programs that make it at once, one finds the other's.  What is
 * not sure to be a space of this user and this version is refused before
 * anything in it is used: the kind, owner and mode of the file, and the root
 * of the arena (magic, size, order of the regions, shape, checksum); and, by
 * who comes when nobody has it open, everything else (space/file_check).  Who
 * has it open is known by a lock of the file (space/space_file).
 *
 * Tasks know each other by numbers of one PID namespace.  While programs of one
 * have it open, those of another are refused; when nobody has, it is theirs.
 *
 * A program that opens a space becomes a task there as well: it has a slot in
 * the space's table, and the death of any task of any program is settled by
 * the others, or by the next who comes.
 *
 * Limits: TL_ARENAS - 1 spaces in a program, each mapped until its end.  A
 * total deadlock is not reported for who waits in a space, since another
 * program may come; a cycle of waits is.  A file that
 * somebody writes to or truncates while it is open is not looked at again: that
 * may end whoever uses what was damaged.  Opening a space that nobody has open
 * takes time in proportion to what is in it.
 */
#ifndef TL_SPACE_H
#define TL_SPACE_H

#include "tidelock.h"

/* For space/foreign_spaces: maps the space of this file, which it takes; the
 * number, to be returned soon.  TL_EMPTY: this task is in it, or it is no
 * space, or there are too many. */
int tl_space_borrow(int fd);
void tl_space_return(unsigned number);

/* This thread becomes a task of the space, which is mapped, without a name; it
 * is left where it was.  TL_NO_TASKS. */
int tl_space_look_in(unsigned number);

#define TL_SPACE_MAGIC "tdlspac1"
#define TL_PROGRAM_MAGIC "tdlprog1"
#define TL_SPACE_FOLDER "/dev/shm"

#endif
