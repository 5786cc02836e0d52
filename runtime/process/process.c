#include "process/process.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/procfs.h"
#include "base/world.h"
#include "park/idle.h"
#include "process/children.h"
#include "process/task_slots.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "store/message.h"
#include "tasks/life.h"

static struct tl_process *process_of(const struct tl_handle *handle)
{
    return handle->object;
}

static struct tl_process *own_process(void)
{
    return tl_at(tl_self->process);
}

/* ---- making and starting ---- */

int tl_process_make(struct tl_handle *out, enum tl_kind_id kind,
                    const char *name, bool daemon)
{
    int status;
    struct tl_process *process =
        tl_constructor_begin(out, kind, name, 0, &status);
    if (!process)
        return status;
    tl_wait_queue_init(&process->ended, process, TL_VERB_JOIN);
    atomic_store(&process->daemon, daemon);
    if (!name)
        snprintf(process->object.name, sizeof process->object.name, "%s-%d",
                 tl_kind_name(kind), (int)process->object.number);
    return tl_constructor_finish(out, 0);
}

int tl_process_new(struct tl_handle *out, const char *name, bool daemon)
{
    return tl_process_make(out, TL_KIND_PROCESS, name, daemon);
}

int tl_process_make_main(void)
{
    struct tl_handle handle = {0};
    int status = tl_process_new(&handle, "main", false);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(&handle);
    assert(process);
    tl_task_slots_tie(tl_self, process, NULL);
    tl_refs_set(&tl_self->process_cell.ref, tl_offset(process));
    atomic_store(&process->pid, (int32_t)getpid());
    atomic_store(&process->starter, tl_task_id(tl_self));
    atomic_store(&process->state, TL_PROCESS_STARTED);
    /* nobody closes the handle: its cell keeps the object */
    return TL_OK;
}

int tl_process_begin_start(struct tl_process *process)
{
    uint32_t nobody = 0;
    if (!atomic_compare_exchange_strong(&process->starter, &nobody,
                                        tl_task_id(tl_self)))
        return TL_STARTED;
    tl_fault();
    atomic_store(&process->state, TL_PROCESS_STARTED);
    tl_fault();
    return TL_OK;
}

void tl_process_undo_start(struct tl_process *process)
{
    int error = errno;
    atomic_store(&process->state, TL_PROCESS_NEW);
    tl_fault();
    atomic_store(&process->starter, 0);
    tl_fault();
    errno = error;
}

/* `dead` died before the process was tied to a slot: it was never started.
 * After that, the slot's recovery ends it. */
void tl_process_task_died(struct tl_object *object, struct tl_task *dead,
                          struct tl_cell *cell)
{
    struct tl_process *process = (struct tl_process *)object;
    (void)cell;
    if (atomic_load(&process->starter) == tl_task_id(dead) &&
        atomic_load(&process->task) == 0) {
        tl_process_undo_start(process);
        tl_wake(&process->ended, TL_WAKE_ALL);
    }
}

static int child_goes_on(const struct tl_task_slots *slots, pid_t parent)
{
    if (!tl_task_slots_enter(slots))
        _exit(1); /* the parent died before it had told of us */
    tl_checkpoint_adopt();
    if (tl_self->daemon) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1); /* it died before we asked to be told */
    }
    tl_world_arrived();
    tl_handle_forks++;
    tl_idle_forget();
    tl_children_forget();
    tl_upcalls->forked();
    atomic_store(&own_process()->pid, (int32_t)getpid());
    tl_checkpoint_record(false);
    return 0;
}

static _Atomic bool no_more;

void tl_process_start_no_more(void)
{
    atomic_store(&no_more, true);
}

static int fork_into(struct tl_task_slots *slots, struct tl_process *process)
{
    pid_t parent = getpid();
    /* whoever has come past this has a slot, which tl_family_end gives up */
    while (atomic_load(&no_more))
        pause();
    const struct tl_world *world = tl_world_own();
    pid_t pid = fork();
    if (pid == 0) {
        tl_world_join(world);
        return child_goes_on(slots, parent);
    }
    if (pid < 0) {
        tl_task_slots_give_back(slots);
        return TL_SYSTEM;
    }
    atomic_store(&process->pid, (int32_t)pid);
    tl_task_slots_forked(slots, pid);
    tl_children_add(pid);
    tl_world_started(tl_task_number(slots->tasks[TL_HOME]), pid);
    return 1;
}

static int start(struct tl_process *process,
                 const struct tl_handle *const *given, size_t count)
{
    struct tl_task_slots slots;
    tl_process_reap();
    int status = tl_children_reserve(process);
    if (status < 0)
        return status;
    status = tl_task_slots_take(&slots, process, given, count);
    if (status == TL_OK)
        status = fork_into(&slots, process);
    if (status < 0)
        tl_children_unreserve();
    return status;
}

int tl_process_start(const struct tl_handle *handle,
                     const struct tl_handle *const *given, size_t count)
{
    int status = tl_enter(handle, TL_OP_PROCESS_START);
    if (status < 0)
        return status;
    if (tl_self->daemon)
        return TL_DAEMON;
    struct tl_process *process = process_of(handle);
    status = tl_process_begin_start(process);
    if (status < 0)
        return status;
    status = start(process, given, count);
    if (status < 0)
        tl_process_undo_start(process);
    return status;
}

/* ---- looking ---- */

/* The deadline of a look at how a process ended, which has none of its own.
 * Where the status is known, the look is only to leave no zombie. */
static tl_deadline soon(const struct tl_process *process)
{
    return tl_clock_now() +
           (atomic_load(&process->status) ? TL_PROCESS_BREATH : TL_SECOND);
}

/* The status of a process or thread that has ended. */
static uint32_t status_of(struct tl_process *process)
{
    uint32_t status = atomic_load(&process->status);
    if (status || !process->owner)
        return status;
    struct tl_process *owner =
        (struct tl_process *)tl_ref_object(process->owner);
    if (!tl_process_is_alive(owner))
        tl_children_await(owner, soon(owner));
    return atomic_load(&owner->status);
}

static void identify(const struct tl_process *process,
                     struct tl_process_info *info)
{
    bool started = atomic_load(&process->state) != TL_PROCESS_NEW;
    *info = (struct tl_process_info){
        .started = started,
        .daemon = atomic_load(&process->daemon),
        .main = started && process->parent_task == 0,
        .pid = started ? tl_world_pid(atomic_load(&process->pid)) : 0,
        .task = atomic_load(&process->task),
        .parent_pid = tl_world_pid(process->parent_pid)};
    memcpy(info->name, process->object.name, sizeof info->name);
}

int tl_process_identity(const struct tl_handle *handle,
                        struct tl_process_info *info)
{
    int status = tl_enter(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    identify(process_of(handle), info);
    return TL_OK;
}

int tl_process_info(const struct tl_handle *handle,
                    struct tl_process_info *info)
{
    int status = tl_enter(handle, TL_OP_PROCESS_IS_ALIVE);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    identify(process, info);
    tl_process_reap();
    info->alive = tl_process_is_alive(process);
    if (info->started && !info->alive) {
        tl_children_await(process, soon(process));
        uint32_t status_word = status_of(process);
        int how = (int)(status_word & 0xffff);
        info->exit_known = status_word != 0;
        info->exitcode = WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
    }
    return TL_OK;
}

int tl_process_set_daemon(const struct tl_handle *handle, bool daemon)
{
    int status = tl_enter(handle, TL_OP_PROCESS_SET_DAEMON);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    if (atomic_load(&process->state) != TL_PROCESS_NEW)
        return TL_STARTED;
    atomic_store(&process->daemon, daemon);
    return TL_OK;
}

int tl_process_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_process *process = process_of(handle);
    uint64_t state = atomic_load(&process->state);
    *watch = (struct tl_watch){
        .condition = &process->ended, .word = &process->state, .seen = state};
    if (state == TL_PROCESS_NEW)
        return TL_NOT_STARTED;
    if (state == TL_PROCESS_ENDED)
        return 1;
    return atomic_load(&process->task) == tl_task_id(tl_self) ? TL_SELF : 0;
}

static bool is_stopped(const struct tl_process *process)
{
    return atomic_load(&process->state) == TL_PROCESS_STARTED &&
           tl_procfs_stopped(atomic_load(&process->pid));
}

void tl_process_describe(const struct tl_object *object, int side, char *text,
                         size_t size)
{
    const struct tl_process *process = (const struct tl_process *)object;
    static const char *const states[] = {"not started", "running", "ended"};
    (void)side;
    snprintf(text, size, "%s%s",
             is_stopped(process) ? "stopped"
                                 : states[atomic_load(&process->state)],
             atomic_load(&process->daemon) ? ", daemon" : "");
    size_t used = strlen(text);
    if (atomic_load(&process->pid))
        snprintf(text + used, size - used, ", pid %d, %u joining",
                 (int)tl_world_pid(atomic_load(&process->pid)),
                 tl_wait_queue_waiting(&process->ended));
}

void tl_process_destroy(struct tl_object *object)
{
    struct tl_process *process = (struct tl_process *)object;
    tl_message_drop(&process->result);
    tl_message_drop(&process->job);
    tl_refs_drop(&process->owner);
}

uint32_t tl_process_joined_id(const struct tl_object *object, uint32_t verb,
                              uint32_t after)
{
    const struct tl_process *process = (const struct tl_process *)object;
    uint32_t id = atomic_load(&process->task);
    (void)verb;
    return atomic_load(&process->state) == TL_PROCESS_STARTED &&
                   (id & TL_NUMBER_MASK) > after
               ? id
               : 0;
}
