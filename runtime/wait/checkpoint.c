#include "wait/checkpoint.h"

#include <pthread.h>

#include "base/world.h"
#include "park/idle.h"
#include "park/park.h"
#include "park/since.h"
#include "tasks/life.h"
#include "trace/recording.h"

/* This process was forked, and has not become a task since. */
static _Atomic bool stranger;

/* Within a point, what is entered on behalf of it is no point. */
static _Thread_local bool at_point;

_Thread_local bool tl_checkpoint_stopped;

/* Files have a place that a look moves; the program's own operations bring the
 * task to wait, or choose. */
static bool is_look(enum tl_operation operation)
{
    const struct tl_operation_row *row = tl_operation_row(operation);
    return row->kind != TL_KIND_NONE && row->access == TL_ACCESS_READS &&
           !row->blocks;
}

static void announce(enum tl_operation operation, const void *object,
                     uint64_t key)
{
    struct tl_intent *intent = &tl_self->intent;
    if (!tl_world) {
        /* relaxed: words for reports */
        atomic_store_explicit(&intent->operation, operation,
                              memory_order_relaxed);
        return;
    }
    intent->arena = tl_arena;
    intent->object = object ? tl_offset(object) : 0;
    intent->tries = key == TL_INTENT_TRY;
    intent->key = intent->tries ? TL_INTENT_ALL : key;
    atomic_store(&intent->operation, operation);
    if (at_point)
        return;
    at_point = true;
    tl_world->point();
    at_point = false;
}

/* What is over at once where it does not wait: what takes or looks has the
 * moment of its end, what gives or changes that of its beginning. */
static const uint8_t moments[TL_OPERATION_COUNT] = {
#define TAKES(name) [TL_OP_##name] = TL_RECORDING_END
#define GIVES(name) [TL_OP_##name] = TL_RECORDING_BEGIN
    TAKES(LOCK_ACQUIRE),
    GIVES(LOCK_RELEASE),
    TAKES(LOCK_HOLDER),
    TAKES(RLOCK_ACQUIRE),
    GIVES(RLOCK_RELEASE),
    TAKES(RLOCK_HOLDER),
    TAKES(RWLOCK_READ),
    TAKES(RWLOCK_WRITE),
    GIVES(RWLOCK_RELEASE),
    TAKES(CONDITION_ACQUIRE),
    GIVES(CONDITION_RELEASE),
    GIVES(CONDITION_NOTIFY),
    GIVES(CONDITION_NOTIFY_ALL),
    TAKES(SEMAPHORE_ACQUIRE),
    GIVES(SEMAPHORE_RELEASE),
    TAKES(SEMAPHORE_VALUE),
    GIVES(EVENT_SET),
    GIVES(EVENT_CLEAR),
    TAKES(EVENT_IS_SET),
    TAKES(EVENT_WAIT),
    GIVES(LATCH_COUNT_DOWN),
    TAKES(LATCH_WAIT),
    TAKES(LATCH_COUNT),
    GIVES(QUEUE_PUT),
    TAKES(QUEUE_GET),
    TAKES(QUEUE_SIZE),
    GIVES(QUEUE_TASK_DONE),
    TAKES(QUEUE_JOIN),
    GIVES(PIPE_SEND),
    TAKES(PIPE_RECV),
    TAKES(PIPE_POLL),
    TAKES(VALUE_GET),
    GIVES(VALUE_SET),
    GIVES(VALUE_ADD),
    GIVES(VALUE_COMPARE_SET),
    TAKES(ARRAY_GET),
    GIVES(ARRAY_SET),
    GIVES(ARRAY_ADD),
    TAKES(TABLE_GET),
    GIVES(TABLE_SET),
    GIVES(TABLE_ADD),
    TAKES(TABLE_LENGTH)
#undef TAKES
#undef GIVES
};

static const bool has_object[TL_OPERATION_COUNT] = {
#define HAS_OBJECT(name, kind, word, access, blocks)                           \
    TL_KIND_##kind != TL_KIND_NONE,
    TL_OPERATIONS(HAS_OBJECT)
#undef HAS_OBJECT
};
_Static_assert((int)TL_OPERATION_COUNT <= TL_PLACES_OPERATIONS,
               "an operation in a place");

/* What a point enters is a part of what comes to it. */
static void record(enum tl_operation operation, const void *object)
{
    if (!at_point)
        tl_recording_operation(operation, has_object[operation] ? object : NULL,
                               (enum tl_recording_moments)moments[operation],
                               tl_idle_runs);
}

/* These are handed a message that is borrowed (tl_message) until they have
 * copied it: what runs before that may let go of what it is borrowed from. */
static const bool borrows[TL_OPERATION_COUNT] = {
    [TL_OP_QUEUE_PUT] = true,       [TL_OP_PIPE_SEND] = true,
    [TL_OP_TABLE_SET] = true,       [TL_OP_BOARD_SUBMIT] = true,
    [TL_OP_BOARD_FINISH] = true,    [TL_OP_THREAD_START] = true,
    [TL_OP_CONNECTION_SEND] = true,
};

/* What has been called for; first, since what comes meanwhile calls again. */
static void run_called(void)
{
    if (at_point || tl_idle_runs)
        return;
    atomic_fetch_and(&tl_due, ~(unsigned)TL_DUE_IDLE);
    tl_idle();
}

void tl_idle_first(void)
{
    /* relaxed: set by a handler in this thread */
    unsigned due = atomic_load_explicit(&tl_due, memory_order_relaxed);
    if (__builtin_expect(due & TL_DUE_IDLE, 0) && tl_self &&
        !(due & TL_DUE_FOREIGN) && !tl_checkpoint_stopped)
        run_called();
}

/* Of what is recorded, where nothing else is due: whether that was all. */
__attribute__((always_inline)) static inline bool
is_recorded(enum tl_operation operation, const void *object)
{
    struct tl_lane *lane = tl_lane;
    /* relaxed: see tl_checkpoint_passed */
    unsigned due = atomic_load_explicit(&tl_due, memory_order_relaxed);
    /* it calls nothing, so that it has no registers to save */
    if (due != TL_DUE_RECORD || !lane || !object)
        return false;
    /* relaxed, both: words for reports */
    if (tl_operation_blocks[operation] &&
        atomic_load_explicit(&tl_self->intent.operation,
                             memory_order_relaxed) != operation)
        atomic_store_explicit(&tl_self->intent.operation, operation,
                              memory_order_relaxed);
    return tl_brief_begin(lane, operation, object,
                          (enum tl_recording_moments)moments[operation]);
}

__attribute__((noinline)) static int pass_due(enum tl_operation operation,
                                              const void *object, uint64_t key)
{
    unsigned due = atomic_load(&tl_due);
    if (tl_checkpoint_stopped)
        return operation == TL_OP_NONE || is_look(operation) ? TL_OK
                                                             : TL_STOPPED;
    if (due & TL_DUE_WAITED && operation != TL_OP_NONE)
        tl_since_set(0);
    if (due & TL_DUE_FOREIGN || !tl_self)
        return atomic_load(&stranger) ? TL_FOREIGN : TL_FOREIGN_THREAD;
    if (due & TL_DUE_DEATH) {
        atomic_fetch_and(&tl_due, ~(unsigned)TL_DUE_DEATH);
        /* the death may be in any arena that this thread has worked in */
        tl_life_sweep_all();
    }
    if (due & TL_DUE_IDLE && operation != TL_OP_NONE && !borrows[operation])
        run_called();
    if (operation == TL_OP_NONE)
        return TL_OK;
    announce(operation, object, key);
    if (due & TL_DUE_RECORD)
        record(operation, object);
    return TL_OK;
}

int tl_checkpoint_due(enum tl_operation operation, const void *object,
                      uint64_t key)
{
    return is_recorded(operation, object) ? TL_OK
                                          : pass_due(operation, object, key);
}

int tl_checkpoint_due_until(enum tl_operation operation, const void *object,
                            tl_deadline deadline)
{
    return is_recorded(operation, object)
               ? TL_OK
               : pass_due(operation, object,
                          deadline <= 0 ? TL_INTENT_TRY : TL_INTENT_ALL);
}

_Thread_local _Atomic uint32_t *tl_checkpoint_cancel;
static _Thread_local int held; /* tl_cancel_hold */
static _Thread_local bool told;

void tl_cancel_hold(bool on)
{
    held += on ? 1 : -1;
}

bool tl_thread_was_cancelled(void)
{
    return told;
}

/* False in a callback: what is to end is the wait that the callback runs in. */
static bool is_cancelled(void)
{
    return tl_checkpoint_cancel && !held && !tl_idle_running() &&
           atomic_load(tl_checkpoint_cancel);
}

static bool interrupted(void)
{
    return (atomic_load(&tl_due) & TL_DUE_INTERRUPT) &&
           (atomic_fetch_and(&tl_due, ~(unsigned)TL_DUE_INTERRUPT) &
            TL_DUE_INTERRUPT);
}

int tl_checkpoint_ended(void)
{
    if (interrupted())
        return TL_INTERRUPTED;
    if (!is_cancelled() || !atomic_exchange(tl_checkpoint_cancel, 0))
        return TL_OK;
    told = true;
    return TL_CANCELLED;
}

bool tl_checkpoint_is_ended(void)
{
    return (atomic_load(&tl_due) & TL_DUE_INTERRUPT) || is_cancelled();
}

void tl_interrupt(void)
{
    tl_due_set(TL_DUE_INTERRUPT);
    struct tl_task *self = tl_self;
    if (self)
        tl_park_call(self);
}

/* A task that does anything while it waits sleeps in its program's arena too.
 * What is due has been noted before: so it is found by the look after
 * tl_park_begin, or the call comes after that and ends the sleep. */
void tl_idle_call(void)
{
    tl_due_set(TL_DUE_IDLE);
    struct tl_task *home = tl_task_in(TL_HOME);
    if (home)
        tl_park_call(home);
}

void tl_interrupt_clear(void)
{
    interrupted();
}

static void forked(void)
{
    tl_task_quit_all();
    tl_recording_forget();
    atomic_store(&tl_due, TL_DUE_FOREIGN);
    atomic_store(&stranger, true);
    tl_world = NULL; /* no turns without a task */
}

void tl_checkpoint_watch_forks(void)
{
    pthread_atfork(NULL, NULL, forked);
}

void tl_checkpoint_adopt(void)
{
    tl_recording_forget(); /* the parent's */
    tl_since_set(0);
    atomic_store(&tl_due, tl_world ? TL_DUE_POINT : 0);
    tl_checkpoint_cancel = NULL; /* of the thread that forked */
    held = 0;
    told = false;
    atomic_store(&stranger, false);
}

void tl_checkpoint_record(bool thread)
{
    tl_recording_start(thread);
    if (tl_recording_is_here())
        tl_due_set(TL_DUE_RECORD);
}

void tl_recording_begin(int bell, bool simulated)
{
    tl_recording_open(bell, simulated);
    if (tl_arena_bases[TL_HOME] && tl_task_is_in(TL_HOME))
        tl_checkpoint_record(tl_lane && tl_lane->thread);
}

void tl_recording_command_begin(void)
{
    if (!tl_recording_is_here())
        return;
    record(TL_OP_COMMAND_JOIN, NULL);
    tl_recording_sleeps();
}

void tl_recording_read_begin(void)
{
    if (!tl_recording_is_here())
        return;
    record(TL_OP_COMMAND_READ, NULL);
    tl_recording_sleeps();
}

void tl_recording_command_end(void)
{
    tl_recording_awake();
    tl_recording_end(TL_TRACE_DONE);
}
