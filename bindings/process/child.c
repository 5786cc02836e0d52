#include "process/child.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lua/context.h"
#include "far/door.h"
#include "process/files.h"
#include "process/job.h"
#include "tidelock.h"

static bool is_child;
static void (*const *forgets)(lua_State *L);

void child_open(void (*const *list)(lua_State *L))
{
    if (!forgets)
        forgets = list;
}

bool child_is(void)
{
    return is_child;
}

void child_exit(int code)
{
    context_state = NULL; /* no script waits for what comes now */
    code = files_end(code);
    /* as for the main script, its own children first; but this process ends
     * whatever comes of that */
    tl_main_end();
    door_end();
    tl_process_finish(code);
    _exit(code);
}

/* Drops the parent's handlers.  A child hears SIGTERM even where somebody
 * started the program without it, since p:terminate() and the program's end
 * work by it.  SIGINT stays ignored where the parent ignored it. */
static void reset_signals(void)
{
    struct sigaction given;
    sigset_t heard;
    if (sigaction(SIGINT, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&heard);
    sigaddset(&heard, SIGTERM);
    sigaddset(&heard, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &heard, NULL);
    tl_interrupt_clear();
}

void child_run(lua_State *L, int job)
{
    is_child = true;
    reset_signals();
    for (void (*const *forget)(lua_State *) = forgets; *forget; forget++)
        (*forget)(L);
    child_exit(job_call(L, job));
}
