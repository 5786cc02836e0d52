/*
 * Files: flushes what stdio holds of this task's output, and of no other
 * task's.
 *
 * All threads of a process share the list of open files, and a thread that sits
 * in a read has its file's lock, for which fflush of all files would wait.  So
 * each Lua state knows the files that it has opened, by io.open, io.output,
 * io.tmpfile and io.popen, and flushes only these and the standard streams.
 * Until the process has a second thread, all its files are this task's, those
 * of C modules too.
 *
 * A fork copies every buffer.  A child first throws away what is in them: its
 * parent, or another thread of that, is going to write it.
 *
 * stdio loses what a descriptor with O_NONBLOCK does not take at once.  So
 * writes to stdout and stderr go around stdio there, and wait for room.  What
 * these streams could not take all the same is remembered, and makes the
 * process end with a word on stderr and a status other than 0.
 *
 * Limits: once there are threads, a file that a C module has opened, or a
 * script before it loaded the module, is flushed only at the end of its
 * process.
 */
#ifndef TL_FILES_H
#define TL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <lua.h>

/* Replaces io.open, io.output, io.tmpfile, io.write and the write method of
 * files in the state; has the end of this process flush stdio, and tell what
 * was lost. */
void files_open(lua_State *L);

/* Adds the file at the top of the stack to those of this state. */
void files_keep(lua_State *L);

/* Flushes this state's files; NULL: the standard streams alone.  Never waits
 * for a file that another thread is using. */
void files_flush(lua_State *L);

/* Flushes stdout, whole, even where the descriptor does not block. */
void files_flush_stdout(void);

/* Whether writes to the descriptor wait for room, as most do. */
bool files_is_blocking(int fd);

/* As tl_output on stdout or stderr, but remembers a failure. */
int files_write(int fd, const void *data, size_t size);

/* From now on files_write asks this first, in whichever thread: true, and it
 * has taken the bytes.  NULL: nobody. */
void files_divert(bool (*take)(const char *data, size_t size));

/* At the start of a child: throws away what its parent's buffers held. */
void files_forget(lua_State *L);

/* At the end of a process: flushes every file that no thread is using, and
 * tells what was lost.  Returns the exit status to end with. */
int files_end(int status);

#endif
