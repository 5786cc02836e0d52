#include "repl/children.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/files.h"
#include "process/foster.h"
#include "process/thread.h"
#include "repl/keeper.h"
#include "repl/outputs.h"
#include "signals/care.h"
#include "tidelock.h"

#define WELL_MOST 5 /* more that end well at a time are counted */
#define NOTICE_SIZE (TL_NAME_SIZE + 100)

static bool opened;
static struct tl_handle *known; /* processes whose end is to be told */
static size_t count, room;
static bool commands_run; /* and their ends are to be told, too */

/* ---- as they start ---- */

static void begin(int output);
static void started(const struct tl_handle *process, int output);

static struct foster ours = {
    .prepare = outputs_new, .begin = begin, .started = started};

/* In the child.  Standard input is empty: the terminal's is the prompt's. */
static void begin(int output)
{
    setpgid(0, ours.group);
    outputs_take_over(output);
    int nothing = tl_standard_avoid(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        close(nothing);
    }
    files_divert(NULL);
    care_around =
        NULL; /* it may have been forked in a callback at the prompt */
    opened = false;
    count = 0; /* the handles are the parent's */
}

static void remember(const struct tl_handle *process)
{
    if (count == room) {
        size_t more = 2 * room + 16;
        struct tl_handle *grown = realloc(known, more * sizeof *grown);
        if (!grown)
            return;
        known = grown;
        room = more;
    }
    known[count] = (struct tl_handle){0};
    if (tl_handle_keep(&known[count], process) == TL_OK)
        count++;
}

static void started(const struct tl_handle *process, int output)
{
    struct tl_process_info info;
    outputs_started(output);
    if (!process || tl_process_identity(process, &info) < 0)
        return;
    /* here too, so that no Ctrl-C comes between */
    setpgid(info.pid, ours.group);
    if (!thread_is())
        remember(process);
}

/* What threads write, and callbacks at the prompt, goes the way of what
 * children write. */
static bool take(const char *data, size_t size)
{
    bool thread = thread_is();
    if (!opened || (!thread && !outputs_are_held()))
        return false;
    outputs_say(thread ? tl_task_name() : NULL, data, size);
    return true;
}

void children_open(bool labels, bool colour)
{
    ours.group = keeper_start();
    if (ours.group == 0)
        return;
    opened = true;
    outputs_open(labels, colour);
    files_divert(take);
    foster = &ours;
}

/* ---- as they end ---- */

static bool is_over(const struct tl_handle *process,
                    struct tl_process_info *info)
{
    tl_recording_pause();
    int status = tl_process_info(process, info);
    tl_recording_resume();
    return status < 0 || !info->alive;
}

static void say(const char *text)
{
    outputs_say(NULL, text, strlen(text));
}

static bool is_well(const struct tl_process_info *info)
{
    return info->exit_known && info->exitcode == 0;
}

/* `number`: "[2] ", or nothing. */
static void tell_end(const char *number, const struct tl_process_info *info)
{
    char text[NOTICE_SIZE];
    snprintf(text, sizeof text, "%s%s (pid %d) ", number, info->name,
             (int)info->pid);
    tl_printable_make(text);
    size_t used = strlen(text), room = sizeof text - used;
    char *how = text + used;
    if (!info->exit_known || info->exitcode == 0)
        snprintf(how, room, "has ended\n");
    else if (info->exitcode < 0)
        snprintf(how, room, "was killed by signal %d\n", -info->exitcode);
    else
        snprintf(how, room, "ended with status %d\n", info->exitcode);
    say(text);
}

static void tell_many(size_t many, const char *of_what)
{
    char text[NOTICE_SIZE];
    snprintf(text, sizeof text, "%zu %s have ended\n", many, of_what);
    say(text);
}

/* Tells of one that has ended; where `brief`, only if it did not end well: true
 * where it did. */
static bool tell(size_t i, const struct tl_process_info *info, bool brief)
{
    char name[TL_NAME_SIZE], number[30];
    bool well = is_well(info);
    if (!brief || !well) {
        snprintf(number, sizeof number, "[%" PRIu64 "] ",
                 tl_handle_name(&known[i], name));
        tell_end(number, info);
    }
    tl_handle_close(&known[i]);
    known[i] = known[--count];
    return well;
}

static void tell_processes(void)
{
    struct tl_process_info info;
    size_t over = 0, well = 0;
    for (size_t i = 0; i < count; i++)
        over += is_over(&known[i], &info);
    if (over > 0) /* what it has written comes before its end */
        outputs_gather();
    bool brief = over > WELL_MOST;
    for (size_t i = 0; over > 0 && i < count;)
        if (is_over(&known[i], &info))
            well += tell(i, &info, brief);
        else
            i++;
    if (brief && well > 0)
        tell_many(well, "processes");
}

static bool look_at(struct tl_command *command, struct tl_process_info *info)
{
    tl_recording_pause();
    int status = tl_command_info(command, info);
    tl_recording_resume();
    return status == TL_OK;
}

static void tell_commands(void)
{
    struct tl_process_info info;
    size_t over = 0, well = 0;
    struct tl_command *command;
    while ((command = tl_commands_ended(&commands_run))) {
        if (over++ == 0) /* as of processes */
            outputs_gather();
        if (!look_at(command, &info))
            continue;
        well += is_well(&info);
        if (!is_well(&info) || well <= WELL_MOST)
            tell_end("", &info);
    }
    if (well > WELL_MOST)
        tell_many(well - WELL_MOST, "more commands");
}

void children_tell(void)
{
    if (!opened)
        return;
    tell_processes();
    tell_commands();
}

bool children_are_known(void)
{
    return count > 0 || commands_run;
}

/* ---- all ---- */

struct children_alive children_alive(void)
{
    struct children_alive alive = {.processes = tl_commands_signal(0)};
    struct tl_handle child = {0};
    struct tl_process_info info;
    for (size_t i = 0; tl_process_child(&child, i) == TL_OK; i++) {
        if (tl_process_identity(&child, &info) == TL_OK && !info.daemon) {
            alive.threads += child.kind == TL_KIND_THREAD;
            alive.processes += child.kind != TL_KIND_THREAD;
        }
        tl_handle_close(&child);
    }
    return alive;
}

void children_end(void)
{
    tl_family_end();
    tl_commands_signal(SIGKILL);
    keeper_end();
}
