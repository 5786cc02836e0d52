/*
 * Reads: has a recording tell of reads that wait for others: of what
 * io.popen has started, a pipe, a terminal.
 */
#ifndef TL_READS_H
#define TL_READS_H

#include <lua.h>

/* Replaces `read` and `lines` of files, and io.read, in a state whose tasks are
 * recorded; twice is harmless. */
void reads_tell(lua_State *L);

#endif
