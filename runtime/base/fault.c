#include "base/fault.h"

#ifdef TL_FAULT
#include <signal.h>
#include <string.h>
#include <unistd.h>

static _Thread_local long armed, events;
static enum tl_rule without;

static const char *const names[TL_RULES] = {"none",         "guard",  "held",
                                            "wake_all",     "kernel", "unlist",
                                            "owned_blocks", "refs",   "redo"};

void tl_fault(void)
{
    events++;
    if (armed && events == armed)
        kill(getpid(), SIGKILL);
}

void tl_fault_arm(long k)
{
    armed = k;
    events = 0;
}

long tl_fault_events(void)
{
    return events;
}

bool tl_fault_without(const char *rule)
{
    for (int i = 0; i < TL_RULES; i++) {
        if (strcmp(names[i], rule) == 0) {
            without = (enum tl_rule)i;
            return true;
        }
    }
    return false;
}

bool tl_rule(enum tl_rule rule)
{
    return rule != without;
}
#else
/* ISO C wants a declaration in every translation unit. */
typedef int tl_fault_is_off;
#endif
