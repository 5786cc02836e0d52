/*
 * Arena: a shared mapping that tasks live on.
 *
 * Each program has one of its own (TL_HOME): a memfd, reserved large and
 * backed on touch, mapped before the first fork and so at the same address in
 * every task.  A space (space/space) is another, in a file, where unrelated
 * programs meet; each process maps it where it likes.  Inside an arena things
 * name each other by offsets (0 is nothing), tasks by numbers and kinds by
 * enum tl_kind_id: never by pointers or pids.
 *
 * A thread works in one arena at a time: offsets are of tl_arena_base.  It
 * goes to another by tl_task_visit, at the beginning of an operation, and the
 * operation stays there to its end.
 *
 * Layout: the root, then the regions that the rooms carve off at the start
 * (space/layout), then the heap of store/heap, which grows towards the end.
 *
 * Only the maker of an arena carves, before there is a second task in it.
 */
#ifndef TL_ARENA_H
#define TL_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_LINE 64 /* bytes of a cache line */
#define TL_ARENAS 16
#define TL_HOME 0                /* the number of the program's own */
#define TL_ARENA_NAME "tidelock" /* of a program's memfd */
#define TL_ARENA_LINK "/memfd:" TL_ARENA_NAME

/* What the rooms keep in each arena; at most one carve each. */
enum tl_region {
    TL_REGION_TASKS,      /* tasks/task: the table */
    TL_REGION_WATCH,      /* park/post */
    TL_REGION_VERDICT,    /* wait/deadlock_check */
    TL_REGION_COUNTS,     /* memory/object */
    TL_REGION_TURN,       /* process/output */
    TL_REGION_NAMES,      /* store/name_index */
    TL_REGION_SEED,       /* tasks/seed; of a program's own arena alone */
    TL_REGION_SLEEPERS,   /* wait/sleep; of a program's own arena alone */
    TL_REGION_PLAYERS,    /* simulate/players; of a simulated program's alone */
    TL_REGION_LOCK_GRAPH, /* explore/lock_graph; the same */
    TL_REGION_RECLAIM,    /* store/refs */
    TL_REGION_HEAP,       /* store/heap: the last, which has all the rest */
    TL_REGIONS
};

/* At offset 0.  Constant once the arena is made, but for `backed` and
 * `namespace`. */
struct tl_root {
    char magic[8];
    uint64_t shape; /* of what is inside: differs between versions */
    uint64_t size;
    uint64_t front;               /* what was carved ends here */
    uint64_t regions[TL_REGIONS]; /* offsets */
    uint64_t sum;                 /* of what is constant (space/layout) */
    _Atomic uint64_t backed;      /* below it memory is sure to be there */
    /* of a space: where the pids and tids in it mean something */
    _Atomic uint64_t namespace;
};

/* Of this thread, at the moment; the base is NULL before tl_arena_make. */
extern _Thread_local unsigned char *tl_arena_base;
extern _Thread_local unsigned tl_arena;

/* Of this process, by number; NULL: not mapped. */
extern unsigned char *tl_arena_bases[TL_ARENAS];

static inline void *tl_at(uint64_t offset)
{
    return tl_arena_base + offset;
}

static inline uint64_t tl_offset(const void *address)
{
    return (uint64_t)((const unsigned char *)address - tl_arena_base);
}

static inline struct tl_root *tl_root(void)
{
    return (struct tl_root *)(void *)tl_arena_base;
}

static inline void *tl_region(enum tl_region region)
{
    return tl_at(tl_root()->regions[region]);
}

/* This thread's offsets are of the arena from now on. */
static inline void tl_arena_go(unsigned number)
{
    tl_arena = number;
    tl_arena_base = tl_arena_bases[number];
}

/* Makes the program's own arena, of `size` zeroed bytes, and goes there. TL_OK;
 * TL_SYSTEM with errno; TL_FILE_LIMIT: the limit of this process for the size
 * of files (ulimit -f) is lower. */
int tl_arena_make(uint64_t size);

/* Maps the file as arena `number` and goes there.  Takes fd, also where it
 * fails.  A file of size 0 becomes an arena of `size` bytes, of which the
 * memory for `first` bytes is there.  As tl_arena_make. */
int tl_arena_map(unsigned number, int fd, uint64_t size, uint64_t first);

/* Maps the file, whose root is a sound one, to be read alone, as an arena that
 * has no number yet: its number, or TL_SYSTEM, TL_TOO_MANY_SPACES.  Goes
 * nowhere, and leaves fd open. */
int tl_arena_view(int fd);

/* What the file is, of an arena that is mapped; false: errno. */
struct stat;
bool tl_arena_stat(unsigned number, struct stat *file);

/* Undoes tl_arena_map and tl_arena_view. */
void tl_arena_unmap(unsigned number);

/* Takes `size` zeroed bytes, aligned to a line, off the front, and enters them
 * as the region; TL_NO_MEMORY is NULL. */
void *tl_arena_carve(enum tl_region region, uint64_t size);

/* Makes sure of memory for these bytes of a file.  TL_SYSTEM with errno. */
int tl_arena_back(int fd, uint64_t from, uint64_t to);

/* Makes sure of memory up to the offset.  TL_NO_MEMORY: there is none.  With no
 * guard held, since it may take a system call. */
int tl_arena_extend(uint64_t upto);

#endif
