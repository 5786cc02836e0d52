#include "explore/progress.h"

#include "public/core.h"
#include "public/explore.h"
#include "wait/operation.h"

#define CIRCLE 16

static void get_on(struct tl_progress *all)
{
    all->in_vain = all->since = 0;
}

static void go_round(struct tl_progress *all)
{
    all->in_vain += all->since < CIRCLE ? all->since : CIRCLE;
    all->since = 0;
}

/* Whether it only arranges who may go on. */
static bool is_neutral(const struct tl_event *event)
{
    switch (event->kind) {
    case TL_KIND_LOCK:
    case TL_KIND_RLOCK:
    case TL_KIND_RWLOCK:
    case TL_KIND_SEMAPHORE:
    case TL_KIND_CONDITION:
        return true;
    default:
        return false;
    }
}

static uint64_t place_of(const struct tl_event *event)
{
    uint64_t place = tl_explore_key(event->object, event->kind);
    place = tl_explore_key(place ^ event->key, event->arena);
    place = tl_explore_key(place, event->line);
    return tl_explore_key(place,
                          (uint32_t)event->file << 16 | event->operation);
}

static void read(struct tl_progress *all, struct tl_progress_task *it,
                 const struct tl_event *event)
{
    uint64_t place = place_of(event);
    bool fresh = it->writes != all->writes;
    it->reads++;
    if (!fresh && it->mark == place) {
        go_round(all);
        it->reads = 0;
    } else if (fresh || it->reads >= CIRCLE) {
        if (!fresh)
            get_on(all);
        it->mark = place;
        it->writes = all->writes;
        it->reads = 0;
    }
}

void tl_progress_step(struct tl_progress *all, struct tl_progress_task *it,
                      const struct tl_event *event)
{
    all->since++;
    if (it->writing) {
        it->writing = false;
        all->writes++;
        get_on(all);
    }
    if (event->how != TL_EVENT_BEGINS)
        return;
    if (event->operation == TL_OP_YIELD)
        go_round(all);
    else if (event->access == TL_ACCESS_READS)
        read(all, it, event);
    else
        it->writing = !is_neutral(event);
}

void tl_progress_in_vain(struct tl_progress *all, struct tl_progress_task *it)
{
    it->writing = false;
    go_round(all);
}
