/*
 * Files: what stdio holds of this task's, and of nobody else's.
 *
 * All threads of a process share the list of open files, and a thread that
 * sits in a read has its file's lock: fflush of all files waits for it.  So
 * each Lua state knows the files that it opened, by io.open, io.output,
 * io.tmpfile and io.popen, and only these, and the standard streams, are
 * flushed for it.  While the process has had no thread but the first, all files
 * are this task's, those opened by C modules too.
 *
 * A fork copies every buffer.  The child begins by throwing away what is in
 * them: its parent, or another thread of its parent, is going to write it.
 *
 * What stdout and stderr could not take is remembered (files_lost), and makes
 * the process end with a word on stderr and a status other than 0.
 *
 * Limits: a file that a C module opened, or a script before it loaded the
 * module, is flushed once there are threads only at the end of its process.
 */
#ifndef TL_FILES_H
#define TL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <lua.h>

/* Replaces io.open, io.output, io.tmpfile, io.write and the file's write of
 * the state; at the end of this process stdio is flushed and told about. */
void files_open(lua_State *L);

/* The file at the top of the stack is this state's. */
void files_keep(lua_State *L);

/* Writes out what stdio holds of this state's; NULL: the standard streams
 * alone.  Never waits for a file that another thread is using. */
void files_flush(lua_State *L);

/* Writes out what stdio holds of stdout, whole, also where the descriptor is
 * not to block. */
void files_flush_stdout(void);

/* Whether writes to the descriptor wait for room, as most do. */
bool files_is_blocking(int fd);

/* As tl_output on stdout or stderr, but remembers a failure. */
int files_write(int fd, const void *data, size_t size);

/* At the start of a child. */
void files_forget(lua_State *L);

/* At the end of a process: writes out what stdio holds of any file that nobody
 * is using, and tells what was lost.  The exit status to end with. */
int files_end(int status);

#endif
