/*
 * Space: an arena in a file, where unrelated programs of one user find objects
 * by name.  An object lives until its name is removed and nobody uses it.  Part
 * of tidelock.h.
 */
#ifndef TIDELOCK_SPACE_H
#define TIDELOCK_SPACE_H

#include "public/core.h"

/* Opens the space, made where there is none, for this program: its number,
 * from 1; or a status: TL_SYSTEM with errno; TL_NO_TASKS; TL_TOO_MANY_SPACES;
 * TL_BAD_SIZE; TL_FILE_LIMIT; and TL_BAD_NAME, TL_NOT_OURS, TL_NO_SPACE,
 * TL_OTHER_VERSION for a file that is in the way; TL_ELSEWHERE, TL_CHECKED;
 * TL_INTERRUPTED, TL_CANCELLED.  tl_space_path says which file.  A new space
 * has room for TIDELOCK_SPACE (bytes). */
int tl_space_open(const char *name);
/* After TL_CHECKED: the process that checks the space; 0: none any more. */
int64_t tl_space_checker(const char *name);
/* What tells the space from others that had or will have its name. */
uint64_t tl_space_identity(unsigned space);
/* The space of this name and identity, which may be open here though its file
 * was removed.  As tl_space_open, but none is made: TL_EMPTY. */
int tl_space_open_same(const char *name, uint64_t identity);
/* Removes the file; programs that have the space open keep it.  TL_EMPTY: there
 * is none; TL_BAD_NAME; TL_NOT_OURS; TL_SYSTEM. */
int tl_space_unlink(const char *name);
/* The space's name; NULL: no such number. */
const char *tl_space_name(unsigned space);
/* The file of the space; false: the name cannot be one. */
bool tl_space_path(const char *name, char *path, size_t size);

struct tl_name {
    char text[TL_NAME_SIZE];
};
/* How many objects have a name; and the names, of one moment, as far as there
 * is room for them. */
int64_t tl_space_names(unsigned space, struct tl_name *names, size_t most);
/* TL_EMPTY: there is none of the name. */
int tl_space_find(unsigned space, const char *name, struct tl_handle *out);
/* Gives the name to an object of the space that was made without one; where
 * another was faster, as tl_X_new. */
int tl_space_enter(struct tl_handle *handle, const char *name);
/* Frees the name; tasks that have the object keep it.  TL_EMPTY. */
int tl_space_remove(unsigned space, const char *name);

#endif
