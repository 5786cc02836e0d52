/*
 * Command group: which groups end with the program.
 */
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/procfs.h"
#include "commands/command.h"
#include "tasks/task.h"

/* Of this process; 0: free.  Not a list, since a handler of a signal reads it.
 * The groups for which there is no room end as other commands do. */
static _Atomic pid_t groups[1024];

enum { GROUPS = sizeof groups / sizeof *groups };

static bool replace(pid_t from, pid_t to)
{
    for (int i = 0; i < GROUPS; i++) {
        pid_t was = from;
        if (atomic_compare_exchange_strong(&groups[i], &was, to))
            return true;
    }
    return false;
}

/* ---- for the others of the program ---- */

static struct tl_led_group *find(struct tl_task *task, pid_t pid)
{
    for (int i = 0; task && i < TL_GROUPS_MOST; i++)
        if (atomic_load(&task->groups[i].pid) == pid)
            return &task->groups[i];
    return NULL;
}

static void tell(pid_t pid)
{
    struct tl_led_group *group = find(tl_task_in(TL_HOME), 0);
    if (!group)
        return;
    atomic_store(&group->started, tl_procfs_started(pid));
    atomic_store(&group->pid, pid);
}

static void untell(pid_t pid)
{
    struct tl_led_group *group = find(tl_task_in(TL_HOME), pid);
    if (group)
        atomic_store(&group->pid, 0);
}

static void end(pid_t group)
{
    /* what is suspended is to hear it */
    if (kill(-group, SIGTERM) == 0)
        kill(-group, SIGCONT);
}

/* The group that is told there, or 0.  A group's number is not given to a
 * process while somebody is in the group: so a process of that pid is the
 * leader, or there is no such group any more. */
static pid_t told(const struct tl_led_group *group)
{
    pid_t pid = atomic_load(&group->pid);
    if (pid <= 1) /* where the slot was damaged: 1 would be all */
        return 0;
    uint64_t started = tl_procfs_started(pid);
    return !started || started == atomic_load(&group->started) ? pid : 0;
}

/* They stay told, until the slot's next tenant: who ends the program may be
 * about to take them. */
void tl_command_groups_settle(struct tl_task *dead)
{
    for (int i = 0; i < TL_GROUPS_MOST; i++) {
        pid_t group = told(&dead->groups[i]);
        if (group)
            end(group);
    }
}

static void add(pid_t group)
{
    if (group && !replace(group, group)) /* it is not there yet */
        replace(0, group);
}

void tl_command_groups_note(const struct tl_task *task)
{
    for (int i = 0; i < TL_GROUPS_MOST; i++)
        add(told(&task->groups[i]));
}

void tl_command_groups_take(struct tl_task *dead)
{
    for (int i = 0; i < TL_GROUPS_MOST; i++) {
        pid_t group = told(&dead->groups[i]), taken = group;
        add(group);
        if (group && atomic_compare_exchange_strong(&dead->groups[i].pid,
                                                    &taken, 0))
            end(group);
    }
}

/* ---- of this process ---- */

void tl_command_group_add(pid_t pid)
{
    replace(0, pid);
    tell(pid);
}

void tl_command_group_remove(pid_t pid)
{
    replace(pid, 0);
    untell(pid);
}

void tl_command_groups_forget(void)
{
    for (int i = 0; i < GROUPS; i++)
        atomic_store(&groups[i], 0);
}

void tl_command_groups_end(void)
{
    for (int i = 0; i < GROUPS; i++) {
        pid_t pid = atomic_load(&groups[i]);
        if (pid > 0)
            end(pid);
    }
}

bool tl_command_groups_remain(void)
{
    bool remain = false;
    for (int i = 0; i < GROUPS; i++) {
        pid_t pid = atomic_load(&groups[i]);
        if (pid <= 0)
            continue;
        /* as a zombie, a leader would be in it for ever */
        waitpid(pid, NULL, WNOHANG);
        if (kill(-pid, 0) == 0)
            remain = true;
        else
            atomic_store(&groups[i], 0);
    }
    return remain;
}

void tl_command_groups_kill(void)
{
    for (int i = 0; i < GROUPS; i++) {
        pid_t pid = atomic_load(&groups[i]);
        if (pid > 0)
            kill(-pid, SIGKILL);
    }
}

/* By a look at all processes: it is asked of an ended leader alone, as that is
 * dropped, or the task ends. */
bool tl_command_group_is_empty(pid_t leader)
{
    DIR *folder = opendir("/proc");
    bool found = !folder;
    const struct dirent *entry;
    while (!found && (entry = readdir(folder))) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        found = pid > 0 && pid != leader && getpgid(pid) == leader;
    }
    if (folder)
        closedir(folder);
    return !found;
}
