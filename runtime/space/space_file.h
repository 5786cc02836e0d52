/*
 * Space file: whether the file where a space should be is one, of this user and
 * this version, before anything in it is used.
 */
#ifndef TL_SPACE_FILE_H
#define TL_SPACE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/stat.h>

/* Opens it for reading and writing.  -1 and *status: TL_EMPTY where there is
 * nothing; TL_NOT_OURS, TL_NO_SPACE, TL_SYSTEM. */
int tl_space_open_file(const char *path, int *status);

/* Its kind, owner and mode, and what fstat tells.  TL_OK, TL_NO_SPACE,
 * TL_NOT_OURS, TL_SYSTEM. */
int tl_space_check_file(int fd, struct stat *file);

/* The PID namespace of this process; of another, 0: it cannot be told. */
uint64_t tl_space_namespace(void);
uint64_t tl_space_namespace_of(pid_t pid);

/* The root of an arena of `size` bytes.  TL_OK, TL_NO_SPACE,
 * TL_OTHER_VERSION. */
int tl_space_check_root(int fd, uint64_t size, const char *magic);

/* Checks a space that no other program has open, as space/file_check says.
 * Where others have it open, they have checked it; then they must be of this
 * PID namespace.  Also TL_ELSEWHERE, TL_NO_MEMORY, TL_SYSTEM. */
int tl_space_check_contents(int fd, uint64_t size, bool alone);

/* Maps what was checked, as tl_arena_map, and lets others come.  `kept` is the
 * same file as fd, which it takes. */
int tl_space_map_checked(unsigned number, int fd, int kept, bool alone);

#endif
