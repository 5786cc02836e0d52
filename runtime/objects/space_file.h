/*
 * Space file: whether what lies where a space should be is one, of this user
 * and this version; before anything in it is used.
 */
#ifndef TL_SPACE_FILE_H
#define TL_SPACE_FILE_H

#include <stdint.h>
#include <sys/stat.h>

/* Opens it for reading and writing.  -1 and *status: TL_EMPTY where there is
 * nothing; TL_NOT_OURS, TL_NO_SPACE, TL_SYSTEM. */
int tl_space_open_file(const char *path, int *status);

/* Its kind, owner and mode, and what fstat tells.  TL_OK, TL_NO_SPACE,
 * TL_NOT_OURS, TL_SYSTEM. */
int tl_space_check_file(int fd, struct stat *file);

/* The root of an arena of `size` bytes.  TL_OK, TL_NO_SPACE,
 * TL_OTHER_VERSION. */
int tl_space_check_root(int fd, uint64_t size, const char *magic);

#endif
