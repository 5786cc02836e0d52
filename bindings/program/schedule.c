#include "program/schedule.h"

#include <stdlib.h>
#include <unistd.h>

#include "explore/host/zygote.h"
#include "process/exit.h"
#include "process/explored.h"
#include "process/files.h"
#include "program/simulation.h"

void schedule_begin(lua_State *L)
{
    if (zygote_serve())
        simulation_enter(L);
}

void schedule_end(lua_State *L, bool well)
{
    int status = well ? EXIT_SUCCESS : EXIT_FAILURE;
    if (!zygote_is())
        return;
    exit_end(L);
    explored_leave(status);
    _exit(files_end(status));
}
