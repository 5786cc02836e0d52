#include "base/deadlock.h"

static bool can_be_ended(const struct tl_wait_state *tasks, size_t count,
                         const bool *stuck, size_t who)
{
    uint32_t ender = tasks[who].ender;
    if (ender == TL_NOBODY)
        return false;
    if (ender != TL_ANYBODY)
        return ender < count && !stuck[ender];
    for (size_t i = 0; i < count; i++)
        if (i != who && !stuck[i])
            return true;
    return false;
}

size_t tl_deadlock_find(const struct tl_wait_state *tasks, size_t count,
                        bool *stuck)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        left += stuck[i] = tasks[i].waits;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            if (stuck[i] && can_be_ended(tasks, count, stuck, i)) {
                stuck[i] = false;
                left--;
                changed = true;
            }
        }
    }
    return left;
}
