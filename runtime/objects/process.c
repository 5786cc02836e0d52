#include "process.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "children.h"
#include "handle.h"
#include "insight/fault.h"
#include "seats.h"
#include "store/message.h"
#include "tasks/death.h"
#include "tasks/stat.h"
#include "wait/clock.h"

static struct tl_process *process_of(const struct tl_handle *handle)
{
    return handle->object;
}

static struct tl_process *own_process(void)
{
    return tl_at(tl_self->process);
}

/* ---- making and starting ---- */

int tl_process_new(struct tl_handle *out, const char *name, bool daemon)
{
    int status;
    struct tl_process *process =
        tl_object_make(out, TL_KIND_PROCESS, name, 0, &status);
    if (!process)
        return status;
    tl_condition_init(&process->ended, process, TL_VERB_JOIN);
    atomic_store(&process->daemon, daemon);
    if (!name)
        snprintf(process->object.name, sizeof process->object.name,
                 "process-%d", (int)process->object.number);
    return tl_object_publish(out, 0);
}

int tl_process_make_main(void)
{
    struct tl_handle handle = {0};
    int status = tl_process_new(&handle, "main", false);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(&handle);
    assert(process);
    tl_seats_tie(tl_self, process, NULL);
    atomic_store(&process->pid, (int32_t)getpid());
    atomic_store(&process->state, TL_PROCESS_STARTED);
    /* the handle's cell is what keeps the object; nobody closes it */
    return TL_OK;
}

static int child_goes_on(const struct tl_seats *seats, pid_t parent)
{
    if (!tl_seats_enter(seats))
        _exit(1); /* the parent died before it had told of us */
    tl_checkpoint_adopt();
    if (tl_self->daemon) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1); /* it died before we asked to be told */
    }
    tl_children_forget();
    atomic_store(&own_process()->pid, (int32_t)getpid());
    return 0;
}

static int fork_into(struct tl_seats *seats, struct tl_process *process)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        return child_goes_on(seats, parent);
    if (pid < 0) {
        int error = errno;
        tl_seats_give_back(seats);
        errno = error;
        return TL_SYSTEM;
    }
    atomic_store(&process->pid, (int32_t)pid);
    tl_seats_forked(seats, pid);
    tl_children_add(pid);
    return 1;
}

static int start(struct tl_process *process,
                 const struct tl_handle *const *given, size_t count)
{
    struct tl_seats seats;
    tl_process_reap();
    int status = tl_children_reserve(process);
    if (status < 0)
        return status;
    status = tl_seats_take(&seats, process, given, count);
    if (status == TL_OK)
        status = fork_into(&seats, process);
    if (status < 0)
        tl_children_unreserve();
    return status;
}

int tl_process_start(const struct tl_handle *handle,
                     const struct tl_handle *const *given, size_t count)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    if (tl_self->daemon)
        return TL_DAEMON;
    struct tl_process *process = process_of(handle);
    uint64_t new_ = TL_PROCESS_NEW;
    if (!atomic_compare_exchange_strong(&process->state, &new_,
                                        TL_PROCESS_STARTED))
        return TL_STARTED;
    status = start(process, given, count);
    if (status < 0)
        atomic_store(&process->state, TL_PROCESS_NEW);
    return status;
}

/* ---- the end ---- */

int tl_process_set_result(bool ok, const struct tl_message *m)
{
    int status = tl_enter_home();
    if (status < 0)
        return status;
    struct tl_process *process = own_process();
    tl_message_drop(&process->result);
    process->result_ok = ok;
    return tl_message_pack(&process->result, m);
}

static void set_status(struct tl_process *process, unsigned status)
{
    uint32_t unknown = 0;
    atomic_compare_exchange_strong(&process->status, &unknown,
                                   TL_STATUS_KNOWN | status);
}

void tl_process_finish(int exitcode)
{
    if (tl_enter_home() < 0)
        return;
    set_status(own_process(), ((unsigned)exitcode & 0xff) << 8);
    tl_seats_leave();
    tl_due_set(TL_DUE_FOREIGN);
}

/* How a zombie ended, for a task that is not its parent. */
static bool status_of_zombie(pid_t pid, unsigned *status)
{
    struct tl_stat stat;
    if (!tl_stat_read(pid, &stat) || (stat.state != 'Z' && stat.state != 'X'))
        return false;
    *status = stat.exit_status;
    return true;
}

static bool is_parent(const struct tl_process *process)
{
    return tl_self && process->parent_pid == (int32_t)getpid() &&
           process->parent_task == tl_task_id(tl_self);
}

void tl_process_ended(struct tl_process *process, const struct tl_task *task)
{
    unsigned status;
    if (atomic_load(&process->task) != tl_task_id(task))
        return;
    if (task != tl_self && !atomic_load(&process->status) &&
        !is_parent(process) &&
        status_of_zombie(atomic_load(&process->pid), &status))
        set_status(process, status);
    atomic_store(&process->state, TL_PROCESS_ENDED); /* commit */
    tl_fault();
    tl_wake(&process->ended, TL_WAKE_ALL);
}

int tl_process_await(struct tl_process *process, tl_deadline deadline)
{
    for (;;) {
        uint64_t state = atomic_load(&process->state);
        if (state == TL_PROCESS_NEW)
            return TL_NOT_STARTED;
        if (state == TL_PROCESS_ENDED)
            break;
        if (atomic_load(&process->task) == tl_task_id(tl_self))
            return TL_SELF;
        int status = tl_wait(&process->ended, &process->state, state, deadline);
        if (status < 0)
            return status;
    }
    tl_children_await(process);
    return TL_OK;
}

int tl_process_join(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle);
    return status < 0 ? status : tl_process_await(process_of(handle), deadline);
}

int tl_process_result(const struct tl_handle *handle, bool *ok,
                      struct tl_parcel *parcel, tl_deadline deadline)
{
    int status = tl_process_join(handle, deadline);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    if (!process->result)
        return TL_EMPTY;
    *ok = process->result_ok;
    tl_message_show(process->result, parcel);
    return TL_OK;
}

/* ---- looking and signalling ---- */

static bool is_alive(struct tl_process *process)
{
    if (atomic_load(&process->state) != TL_PROCESS_STARTED)
        return false;
    uint32_t id = atomic_load(&process->task);
    struct tl_task *task = tl_task_of(id);
    if (tl_task_id(task) == id && tl_death_happened(task))
        tl_recover(task);
    return atomic_load(&process->state) == TL_PROCESS_STARTED;
}

int tl_process_identity(const struct tl_handle *handle,
                        struct tl_process_info *info)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    bool started = atomic_load(&process->state) != TL_PROCESS_NEW;
    *info = (struct tl_process_info){
        .started = started,
        .daemon = atomic_load(&process->daemon),
        .main = started && process->parent_task == 0,
        .pid = started ? atomic_load(&process->pid) : 0,
        .task = atomic_load(&process->task),
        .parent_pid = process->parent_pid};
    memcpy(info->name, process->object.name, sizeof info->name);
    return TL_OK;
}

int tl_process_info(const struct tl_handle *handle,
                    struct tl_process_info *info)
{
    int status = tl_process_identity(handle, info);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    tl_process_reap();
    info->alive = is_alive(process);
    if (info->started && !info->alive) {
        tl_children_await(process);
        int how = (int)(atomic_load(&process->status) & 0xffff);
        info->exit_known = atomic_load(&process->status) != 0;
        info->exitcode = WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
    }
    return TL_OK;
}

int tl_process_set_daemon(const struct tl_handle *handle, bool daemon)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    if (atomic_load(&process->state) != TL_PROCESS_NEW)
        return TL_STARTED;
    atomic_store(&process->daemon, daemon);
    return TL_OK;
}

static int send_signal(const struct tl_handle *handle, int signal)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    if (atomic_load(&process->state) == TL_PROCESS_NEW)
        return TL_NOT_STARTED;
    if (!is_alive(process))
        return TL_ENDED;
    if (kill(atomic_load(&process->pid), signal) == 0)
        return TL_OK;
    return errno == ESRCH ? TL_ENDED : TL_SYSTEM;
}

int tl_process_signal(const struct tl_handle *handle, int signal)
{
    return send_signal(handle, signal);
}


static bool runs(pid_t pid)
{
    struct tl_stat stat;
    return tl_stat_read(pid, &stat) && stat.state != 'T' &&
           stat.state != 't' && stat.state != 'Z' && stat.state != 'X';
}

int tl_process_suspend(const struct tl_handle *handle)
{
    int status = tl_enter(handle);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    uint32_t id = atomic_load(&process->task);
    if (id == tl_task_id(tl_self))
        return TL_SELF;
    struct tl_task *task = tl_task_of(id);
    while ((status = send_signal(handle, SIGSTOP)) == TL_OK) {
        while (runs(atomic_load(&process->pid)))
            tl_yield();
        /* stopped inside a guard it would stop everybody */
        if (tl_task_id(task) != id || atomic_load(&task->inside) == 0)
            return TL_OK;
        send_signal(handle, SIGCONT);
        tl_yield();
    }
    return status;
}

int tl_process_resume(const struct tl_handle *handle)
{
    return send_signal(handle, SIGCONT);
}

int tl_process_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_process *process = process_of(handle);
    uint64_t state = atomic_load(&process->state);
    *watch = (struct tl_watch){.condition = &process->ended,
                               .word = &process->state,
                               .seen = state};
    if (state == TL_PROCESS_NEW)
        return TL_NOT_STARTED;
    if (state == TL_PROCESS_ENDED)
        return 1;
    return atomic_load(&process->task) == tl_task_id(tl_self) ? TL_SELF : 0;
}

void tl_process_describe(const struct tl_object *object, int side, char *text,
                         size_t size)
{
    const struct tl_process *process = (const struct tl_process *)object;
    static const char *const states[] = {"not started", "running", "ended"};
    (void)side;
    snprintf(text, size, "%s%s", states[atomic_load(&process->state)],
             atomic_load(&process->daemon) ? ", daemon" : "");
    size_t used = strlen(text);
    if (atomic_load(&process->pid))
        snprintf(text + used, size - used, ", pid %d, %u joining",
                 (int)atomic_load(&process->pid),
                 tl_condition_waiting(&process->ended));
}

void tl_process_destroy(struct tl_object *object)
{
    tl_message_drop(&((struct tl_process *)object)->result);
}

uint32_t tl_process_ender(const struct tl_object *object)
{
    return atomic_load(&((const struct tl_process *)object)->task) &
           TL_NUMBER_MASK;
}
