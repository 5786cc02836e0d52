#include "process/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/world.h"
#include "park/park.h"
#include "process/children.h"
#include "process/task_slots.h"
#include "process/thread_signals.h"
#include "store/handle.h"
#include "store/message.h"
#include "wait/checkpoint.h"

/* What its creator tells a thread; the thread frees it. */
struct birth {
    struct tl_task_slots slots;
    void (*run)(void *context);
    void *context;
    const struct tl_world *world; /* its creator's */
    sigset_t signals;             /* blocked in what its creator starts */
};

int tl_thread_new(struct tl_handle *out, const char *name, bool daemon)
{
    return tl_process_make(out, TL_KIND_THREAD, name, daemon);
}

static struct tl_process *own_process(void)
{
    return tl_at(tl_self->process);
}

static tl_ref owner_for_own_threads(void)
{
    const struct tl_process *own = own_process();
    return tl_process_is_thread(own) ? own->owner : tl_self->process;
}

static void *live(void *data)
{
    struct birth *birth = data;
    struct birth own = *birth;
    free(birth);
    tl_thread_signals_adopt(&own.signals);
    tl_world_join(own.world);
    tl_task_slots_enter(
        &own.slots); /* the creator is this process: never late */
    tl_checkpoint_adopt();
    tl_world_arrived();
    tl_checkpoint_record(true);
    tl_checkpoint_cancel = &own_process()->cancelled;
    prctl(PR_SET_NAME, tl_self->name); /* as ps and gdb show it: 15 bytes */
    own.run(own.context);
    return NULL;
}

/* Detached: nobody joins the thread itself, but the task. */
static int create(struct birth *birth)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t before;
    tl_thread_signals_inherited(&birth->signals);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    tl_thread_signals_begin(&before);
    int error = pthread_create(&thread, &attributes, live, birth);
    tl_thread_signals_end(&before);
    pthread_attr_destroy(&attributes);
    errno = error;
    return error ? TL_SYSTEM : TL_OK;
}

static int take_seat_and_create(struct tl_process *thread, struct birth *birth)
{
    int status = tl_task_slots_take_thread(&birth->slots, thread);
    if (status < 0)
        return status;
    struct tl_task_slots slots = birth->slots;
    atomic_store(&thread->pid, (int32_t)getpid());
    /* before there is a thread: until that enters, it counts as alive while its
     * process is */
    tl_task_slots_forked(&slots, getpid());
    status = create(birth);
    if (status < 0) {
        tl_task_slots_give_back(&slots);
        return status;
    }
    tl_children_add(0);
    tl_world_started(tl_task_number(slots.tasks[TL_HOME]), 0);
    return TL_OK;
}

static int start(struct tl_process *thread, struct birth *birth,
                 const struct tl_message *job)
{
    tl_process_reap();
    int status = tl_message_pack(&thread->job, job);
    if (status < 0)
        return status;
    tl_refs_set(&thread->owner, owner_for_own_threads());
    status = tl_children_reserve(thread);
    if (status == TL_OK) {
        status = take_seat_and_create(thread, birth);
        if (status < 0)
            tl_children_unreserve();
    }
    if (status < 0) {
        int error = errno;
        tl_message_drop(&thread->job);
        tl_refs_drop(&thread->owner);
        errno = error;
    }
    return status;
}

int tl_thread_start(const struct tl_handle *handle,
                    const struct tl_message *job, void (*run)(void *context),
                    void *context)
{
    int status = tl_enter(handle, TL_OP_THREAD_START);
    if (status < 0)
        return status;
    struct tl_process *thread = handle->object;
    status = tl_process_begin_start(thread);
    if (status < 0)
        return status;
    struct birth *birth = malloc(sizeof *birth);
    status = TL_SYSTEM;
    if (birth) {
        *birth = (struct birth){
            .run = run, .context = context, .world = tl_world_own()};
        status = start(thread, birth, job);
    }
    if (status < 0) {
        free(birth);
        tl_process_undo_start(thread);
    }
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the thread frees it */
    return status;
}

/* Sets the word, then calls the thread: a thread that is about to sleep looks
 * at the word once more after it has begun to park. */
int tl_thread_cancel(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_THREAD_CANCEL);
    if (status < 0)
        return status;
    struct tl_process *thread = handle->object;
    if (atomic_load(&thread->state) == TL_PROCESS_NEW)
        return TL_NOT_STARTED;
    if (!tl_process_is_alive(thread))
        return TL_ENDED;
    atomic_store(&thread->cancelled, 1);
    uint32_t id = atomic_load(&thread->task);
    struct tl_task *task = tl_task_of(id);
    if (tl_task_id(task) == id)
        tl_park_call(task);
    return TL_OK;
}

void tl_thread_end_cancel(void)
{
    tl_checkpoint_cancel = NULL;
}

void tl_thread_job(struct tl_parcel *parcel)
{
    tl_task_visit(TL_HOME);
    tl_message_show(own_process()->job, parcel);
}

void tl_thread_drop_job(void)
{
    tl_task_visit(TL_HOME);
    tl_message_drop(&own_process()->job);
}

void tl_thread_finish(int exitcode)
{
    tl_task_visit(TL_HOME);
    tl_children_leave();
    tl_process_finish(exitcode);
}
