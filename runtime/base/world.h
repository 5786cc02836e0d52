/*
 * World: whose time it is, and who runs.
 *
 * In the real world the kernel says what time it is and which tasks run.  In
 * another one (simulate/) the tasks take turns, and time is a number.  The
 * rooms below wait/ ask here; nothing above them knows in which world it lives.
 *
 * A program chooses its world before its first task and keeps it.
 */
#ifndef TL_WORLD_H
#define TL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tl_object;
struct tl_task;
struct pollfd;

/* How a sleep in the other world ended. */
enum tl_world_end {
    TL_WORLD_CALLED,   /* by another task, or for nothing */
    TL_WORLD_READY,    /* a descriptor is */
    TL_WORLD_SIGNAL,   /* a signal was handled */
    TL_WORLD_TIME_OVER /* the deadline; or, where there is none, nobody can run,
                          and none sleeps until a certain time */
};

struct tl_world {
    int64_t start; /* what its clock says when it begins */
    bool turns;    /* one task runs at a time */

    /* Nanoseconds. */
    int64_t (*now)(void);

    /* The same, for the script. */
    int64_t (*asked)(void);

    /* What this task has begun last (tl_task.intent) was in vain. */
    void (*in_vain)(void);

    /* This task is about to do what its slot says (tl_task.intent), and has
     * done nothing of it yet: others may come first. */
    void (*point)(void);

    /* This task, whose park word says ASLEEP, sleeps until it is called, a
     * descriptor is ready, or the time `until`.  `outside`: something that is
     * not of this world may call it, the descriptors for instance. */
    enum tl_world_end (*sleep)(int64_t until, struct pollfd *polled,
                               unsigned count, bool outside);

    /* This task has just told the park word of another one that it is called,
     * and that can run now; false: it lives in the real world.
     * Async-signal-safe. */
    bool (*wake)(struct tl_task *task);

    /* Whether the task is asleep until somebody wakes it. */
    bool (*sleeps)(const struct tl_task *task);

    /* By the creator of a task, once the fork or thread is there; `pid` is 0
     * for a thread.  By the new one, once it has entered its slot.  By one that
     * ends, as the last thing that it does in the arena. */
    void (*started)(uint32_t child, pid_t pid);
    void (*arrived)(void);
    void (*left)(void);

    /* This task has made the object, or has named it.  May be NULL. */
    void (*made)(const struct tl_object *object);

    /* At that moment something ends by itself, though no task may wait for it.
     * May be NULL. */
    void (*expires)(int64_t moment);

    /* Of so many tasks that wait for the same, two or more, not all are called:
     * the index of the one that is next.  They are in the order in which they
     * came; `in_line`: they stand in a line, and are not those of a notify.
     * Takes no guard.  May be NULL: the first. */
    uint32_t (*whom)(struct tl_task *const *waiters, uint32_t count,
                     bool in_line);

    /* Sends a signal to another process of the program, or remembers to;
     * false: it is to be sent as always. */
    bool (*signal)(pid_t pid, int signal);

    /* The signal by which this world has ended the process; 0: it has not. */
    int (*ended_by)(pid_t pid);

    /* The seed of the program. */
    uint64_t (*seed)(void);

    /* How many CPUs the program is told that it has. */
    int (*cpus)(void);

    /* What the program is told for the pid of a process. */
    pid_t (*pid)(pid_t pid);
};

/* This thread's; NULL: the real one, in which helper threads of a simulated
 * program live too.  Whoever makes a task's thread gives it its own. */
extern _Thread_local const struct tl_world *tl_world;

/* What the rooms above wait/ tell the world, or ask it, whichever it is; the
 * real one learns all this from the kernel. */
static inline void tl_world_started(uint32_t child, pid_t pid)
{
    if (tl_world)
        tl_world->started(child, pid);
}

static inline void tl_world_arrived(void)
{
    if (tl_world)
        tl_world->arrived();
}

static inline void tl_world_left(void)
{
    if (tl_world)
        tl_world->left();
}

static inline void tl_world_in_vain(void)
{
    if (tl_world)
        tl_world->in_vain();
}

static inline void tl_world_expires(int64_t moment)
{
    if (tl_world && tl_world->expires)
        tl_world->expires(moment);
}

static inline void tl_world_made(const struct tl_object *object)
{
    if (tl_world && tl_world->made)
        tl_world->made(object);
}

static inline bool tl_world_chooses(void)
{
    return __builtin_expect(tl_world != NULL, 0) && tl_world->whom;
}

/* Where tl_world_chooses. */
static inline uint32_t tl_world_whom(struct tl_task *const *waiters,
                                     uint32_t count, bool in_line)
{
    return tl_world->whom(waiters, count, in_line);
}

/* False: it is to be sent. */
static inline bool tl_world_signal(pid_t pid, int signal)
{
    return tl_world && tl_world->signal(pid, signal);
}

/* 0: the kernel knows how it ended. */
static inline int tl_world_ended_by(pid_t pid)
{
    return tl_world ? tl_world->ended_by(pid) : 0;
}

/* The pid of a process as scripts and reports have it. */
static inline pid_t tl_world_pid(pid_t pid)
{
    return tl_world ? tl_world->pid(pid) : pid;
}

/* False: the program is to draw its seed. */
static inline bool tl_world_seed(uint64_t *seed)
{
    if (tl_world)
        *seed = tl_world->seed();
    return tl_world != NULL;
}

/* A new thread is of the world in which its creator has got this. */
static inline const struct tl_world *tl_world_own(void)
{
    return tl_world;
}

static inline void tl_world_join(const struct tl_world *world)
{
    tl_world = world;
}

#endif
