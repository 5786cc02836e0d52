#include "explore/fairness.h"

#include <stddef.h>

static void forget(struct tl_fairness *it, uint64_t object)
{
    for (uint32_t i = 0; i < TL_FAIRNESS_SPOTS; i++)
        if (it->spots[i].object == object)
            it->spots[i].times = 0;
}

static bool is_there(const struct tl_fairness_spot *spot,
                     const struct tl_fairness_spot *wanted)
{
    return spot->times > 0 && spot->object == wanted->object &&
           spot->part == wanted->part && spot->operation == wanted->operation &&
           spot->file == wanted->file && spot->line == wanted->line;
}

/* The spot, or one that is new, in the place of another. */
static struct tl_fairness_spot *spot_of(struct tl_fairness *it,
                                        const struct tl_fairness_spot *wanted)
{
    for (uint32_t i = 0; i < TL_FAIRNESS_SPOTS; i++)
        if (is_there(&it->spots[i], wanted))
            return &it->spots[i];
    struct tl_fairness_spot *spot = &it->spots[it->next++ % TL_FAIRNESS_SPOTS];
    *spot = *wanted;
    return spot;
}

bool tl_fairness_step(struct tl_fairness *it, uint64_t *writes,
                      const struct tl_pending *what, uint16_t file,
                      uint32_t line)
{
    if (what->access != TL_ACCESS_READS) {
        ++*writes;
        it->writes++;
        forget(it, what->object);
        return false;
    }
    if (!what->object || line == 0)
        return what->operation == TL_OP_YIELD;
    uint64_t others = *writes - it->writes;
    struct tl_fairness_spot *spot =
        spot_of(it, &(struct tl_fairness_spot){.object = what->object,
                                               .part = what->part,
                                               .others = others,
                                               .operation = what->operation,
                                               .line = line,
                                               .file = file});
    if (spot->others != others)
        spot->times = 0;
    spot->others = others;
    it->looks = ++spot->times;
    return it->looks >= TL_FAIRNESS_TIMES;
}

bool tl_fairness_in_vain(struct tl_fairness *it, uint64_t *writes,
                         uint8_t access)
{
    if (access != TL_ACCESS_READS) {
        --*writes;
        it->writes--;
    }
    uint64_t others = *writes - it->writes + 1;
    bool again = it->vain == others;
    it->vain = others;
    it->looks = it->tries = again ? it->tries + 1 : 1;
    return again;
}
