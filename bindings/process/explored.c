#include "process/explored.h"

#include <stdio.h>
#include <string.h>

#include "process/files.h"

void explored_end(lua_State *L, enum tl_ending ending, const char *text)
{
    if (!tl_explored())
        return;
    files_flush(L);
    tl_explore_end(ending, 0, text);
}

/* The runtime's own errors of this kind: `till.lua:12: deadlock: ...`, and
 * `till.lua:12: lock#1: acquire: deadlock: ...`. */
static bool tells_of_deadlock(const char *text)
{
    static const char word[] = ": deadlock: ";
    const char *at = strstr(text, word);
    return at && (size_t)(at - text) < strcspn(text, "\n");
}

void explored_fail(lua_State *L, const char *text)
{
    explored_end(L,
                 tells_of_deadlock(text) ? TL_ENDING_DEADLOCK : TL_ENDING_ERROR,
                 text);
}

void explored_leave(int status)
{
    char text[64];
    if (!tl_explored())
        return;
    status = files_end(status);
    snprintf(text, sizeof text, "the program ends with exit status %d", status);
    tl_explore_end(status ? TL_ENDING_STATUS : TL_ENDING_PASSED, status,
                   status ? text : "");
}
