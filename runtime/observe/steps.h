/*
 * Steps: the steps of a simulation as text, a line a step, for people:
 *
 *   # kitchen.lua, seed 4711
 *   # step  time   task    operation object            how   line       | or
 *        7  1.500  chef-1  put       queue#1 "orders"        till.lua:31 | main
 *
 * The columns: number, seconds, task, operation and object (behind it which
 * part of it, in [], as scripts count), how, script line, and after a | the
 * tasks that could have run instead.  A long field moves those behind it, which
 * return to their columns where there is room; a very long one is cut.  The
 * others are told by name as far as 100 columns go, and the rest as a number.
 * Control characters, and what is not UTF-8, become "?".
 *
 * The text gathers in memory that all tasks share, and is written when that is
 * full and by tl_steps_flush.  One task at a time uses this, the one that has
 * the turn.  If it is killed, the lines of the steps before are there for the
 * next one.  Killed in the midst of a flush, it may leave lines twice.
 *
 * Limits: when all tasks are killed at once the lines in memory are lost.
 * Whoever is about to do what may never end flushes before.  A write to a pipe
 * that nobody reads raises SIGPIPE, as any write does.
 */
#ifndef TL_STEPS_H
#define TL_STEPS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "public/event.h"

#define TL_STEPS_SIZE 65536u

/* In the arena, zeroed before tl_steps_begin.  `bytes`: in the low 32 bits how
 * many bytes of text there are, all of whole lines (what lies behind is
 * nothing); in the others how many of them are in the file already. */
struct tl_steps {
    bool is_on;
    int32_t fd;
    int32_t error; /* errno of the write that failed; 0 */
    _Atomic uint64_t bytes;
    char text[TL_STEPS_SIZE];
};

/* So many names of others are as much as a line has room for. */
#define TL_STEPS_OTHERS 8

/* What is told of a step.  A text may be NULL, which is as if empty. */
struct tl_step {
    const struct tl_event *event; /* its time counted from the start */
    const char *task;             /* its name */
    const char *object; /* its title; empty: made of the event's kind and
                           number, where it has a kind */
    const char *where;  /* "till.lua:12" */
    /* Names, none NULL, of the tasks that could have run as well; how many; and
     * how many more there are of which no name is given. */
    const char *const *others;
    uint32_t listed, more;
};

/* From now on steps are written to fd, which is open in all processes of the
 * program, to append.  Takes down the heading; `script` is for people (NULL, or
 * "": there is none). */
void tl_steps_begin(struct tl_steps *steps, int fd, uint64_t seed,
                    const char *script);

/* Whether it is worth while to gather what tl_steps_write needs. */
static inline bool tl_steps_is_on(const struct tl_steps *steps)
{
    return steps->is_on;
}

/* Takes down the step as a line; nothing where steps are not written. */
void tl_steps_write(struct tl_steps *steps, const struct tl_step *step);

/* Writes what is in memory.  TL_OK; TL_SYSTEM with errno: no more, since this
 * write or an earlier one failed. */
int tl_steps_flush(struct tl_steps *steps);

#endif
