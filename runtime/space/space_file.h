/*
 * Space file: whether what lies where a space should be is one, of this user
 * and this version; before anything in it is used.
 */
#ifndef TL_SPACE_FILE_H
#define TL_SPACE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Opens it for reading and writing.  -1 and *status: TL_EMPTY where there is
 * nothing; TL_NOT_OURS, TL_NO_SPACE, TL_SYSTEM. */
int tl_space_open_file(const char *path, int *status);

/* Its kind, owner and mode, and what fstat tells.  TL_OK, TL_NO_SPACE,
 * TL_NOT_OURS, TL_SYSTEM. */
int tl_space_check_file(int fd, struct stat *file);

/* Every program that has a space open keeps its file locked (flock), shared;
 * the lock goes with the last descriptor of the program and its children.
 * *alone: nobody else has it open, and who opens it now waits until
 * tl_space_share.  Waits for who is alone at the moment.  TL_OK, TL_SYSTEM. */
int tl_space_lock(int fd, bool *alone);
int tl_space_share(int fd);

/* The PID namespace of this process. */
uint64_t tl_space_namespace(void);

/* The root of an arena of `size` bytes.  TL_OK, TL_NO_SPACE,
 * TL_OTHER_VERSION. */
int tl_space_check_root(int fd, uint64_t size, const char *magic);

/* What nobody has open is looked at before anything in it is used; what others
 * have open, they have looked at, and its pids must mean something here.  Also
 * TL_ELSEWHERE, TL_NO_MEMORY, TL_SYSTEM. */
int tl_space_check_contents(int fd, uint64_t size, bool alone);

/* Maps what was checked, as tl_arena_map, and lets others come.  `kept` is the
 * same file as fd, which it takes. */
int tl_space_map_checked(unsigned number, int fd, int kept, bool alone);

#endif
