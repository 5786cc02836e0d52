/*
 * Command group: which groups end with the program.
 */
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/command.h"

/* Of this process; 0: free.  Not a list, since a handler of a signal reads it.
 * The groups for which there is no room end as other commands do. */
static _Atomic pid_t groups[1024];

enum { GROUPS = sizeof groups / sizeof *groups };

static void replace(pid_t from, pid_t to)
{
    for (int i = 0; i < GROUPS; i++) {
        pid_t was = from;
        if (atomic_compare_exchange_strong(&groups[i], &was, to))
            return;
    }
}

void tl_command_group_add(pid_t pid)
{
    replace(0, pid);
}

void tl_command_group_remove(pid_t pid)
{
    replace(pid, 0);
}

void tl_command_groups_forget(void)
{
    for (int i = 0; i < GROUPS; i++)
        atomic_store(&groups[i], 0);
}

/* What is suspended is to hear it. */
void tl_command_groups_end(void)
{
    for (int i = 0; i < GROUPS; i++) {
        pid_t pid = atomic_load(&groups[i]);
        if (pid > 0 && kill(-pid, SIGTERM) == 0)
            kill(-pid, SIGCONT);
    }
}

/* By a look at all processes: it is asked of an ended leader alone, as that is
 * dropped. */
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
