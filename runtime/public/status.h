/*
 * Status: the one set of results of every call in the runtime.
 *
 * Zero or positive is success, negative is an outcome (a time limit, a closed
 * queue), a misuse, or a lack of something.  The runtime never prints and
 * never exits: a status travels up to whoever can say it in the words of the
 * caller.  tl_status_text gives the plain wording.
 */
#ifndef TIDELOCK_STATUS_H
#define TIDELOCK_STATUS_H

enum tl_status {
    TL_OK = 0,
    TL_ABANDONED = 1, /* done, but a task died that held it */

    /* outcomes a caller expects */
    TL_TIMEOUT = -1,
    TL_FULL = -2,
    TL_EMPTY = -3,
    TL_CLOSED = -4,
    TL_BROKEN = -5,
    TL_REFUSED = -6,     /* the keys of the two ends differ */
    TL_UNREACHABLE = -7, /* nobody listens there */

    /* what the runtime found out */
    TL_DEADLOCK = -10,    /* this task would close a cycle: tl_deadlock_text */
    TL_STUCK = -11,       /* no task can ever go on: tl_report_stuck */
    TL_INTERRUPTED = -12, /* tl_interrupt was called in this process */

    /* misuse */
    TL_NOT_HOLDER = -20,
    TL_HELD = -21,          /* this task holds the lock already */
    TL_OVER = -22,          /* above the bound of a semaphore */
    TL_TOO_MANY_DONE = -23, /* one task_done more than there were items */
    TL_WRONG_END = -24,     /* this end of a pipe only does the other */
    TL_STARTED = -25,
    TL_NOT_STARTED = -26,
    TL_SELF = -27,           /* a task cannot wait for its own end */
    TL_DAEMON = -28,         /* a daemon may not start processes */
    TL_ENDED = -29,          /* the process is gone: no signal reaches it */
    TL_DROPPED = -30,        /* the handle was closed before */
    TL_FOREIGN = -31,        /* forked behind the runtime's back */
    TL_FOREIGN_THREAD = -90, /* made so */
    TL_NOT_PARENT = -32,
    TL_UNORDERED = -33,    /* a priority where the queue has no such order */
    TL_NOT_WAITABLE = -34, /* nothing of this kind is ever ready */
    TL_OTHER_ARENA = -35,  /* an object of the program, or of another space */
    TL_OTHER_KIND = -36,   /* what stands in the space under this name */
    TL_OTHER_SHAPE = -37,  /* the same, of another size or other options */
    TL_IS_THREAD = -38,    /* what can only be done to a whole process */
    TL_NOT_OWNER = -39,    /* of a pool */
    TL_CANCELLED = -44,    /* tl_thread_cancel was called for this thread */
    TL_STOPPED = -46,      /* by tl_stop_hook: only looks are possible */

    /* what is wrong with a space */
    TL_BAD_NAME = -50,
    TL_NOT_OURS = -51,      /* the file: of another user, or open to others */
    TL_NO_SPACE = -52,      /* something else, or damaged */
    TL_OTHER_VERSION = -53, /* made by another version of this program */
    TL_TOO_MANY_SPACES = -54,
    TL_BAD_SIZE = -55,  /* TIDELOCK_SPACE */
    TL_ELSEWHERE = -56, /* in use by programs of another PID namespace */
    TL_CHECKED = -57,   /* by a program that is stopped in the midst of it */

    /* what is wrong with an address */
    TL_BAD_ADDRESS = -60,
    TL_LONG_ADDRESS = -61, /* longer than a socket's can be */
    TL_NO_HOST = -62,
    TL_IN_USE = -63, /* another listener has the address */

    /* something ran out */
    TL_NO_MEMORY = -40,  /* the arena is full */
    TL_NO_TASKS = -41,   /* the task table is full */
    TL_TOO_LARGE = -42,  /* larger than the arena can ever hold */
    TL_FILE_LIMIT = -45, /* the limit of a file's size (ulimit -f) */
    TL_SYSTEM = -43      /* a system call failed: errno says which way */
};

/* The plain wording of a status, for messages; never NULL. */
const char *tl_status_text(int status);

#endif
