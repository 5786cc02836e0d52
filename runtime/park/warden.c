#include "park/warden.h"

#include "base/clock.h"
#include "park/park.h"
#include "park/post.h"
#include "park/wait_queue.h"
#include "tasks/life.h"

#define HEARTBEAT (250 * TL_MILLISECOND)
/* A task that is starting has no life yet; whoever settles the debts of a dead
 * one may be stopped, or die. */
#define HEARTBEAT_STARTING (10 * TL_MILLISECOND)

static void add(struct tl_vigil *vigil, _Atomic uint32_t *word, uint32_t value)
{
    vigil->words[vigil->count++] = tl_park_watch(word, value);
}

static void limit(struct tl_vigil *vigil, int64_t time)
{
    vigil->limit = tl_clock_earlier(vigil->limit, time);
}

void tl_warden_listen(struct tl_vigil *vigil)
{
    uint32_t value;
    add(vigil, &tl_self->park, TL_PARK_ASLEEP);
    _Atomic uint32_t *word = tl_post_listen(&value);
    add(vigil, word, value);
}

/* Watches a task that has not entered, or whose debts are being settled. */
static void await_task(struct tl_vigil *vigil, struct tl_task *task)
{
    uint32_t value;
    _Atomic uint32_t *word = tl_life_await(task, &value);
    if (word)
        add(vigil, word, value);
    if (!word || tl_task_taken(task))
        limit(vigil, HEARTBEAT_STARTING);
}

static void watch_task(struct tl_vigil *vigil, struct tl_task *task)
{
    if (task == tl_self)
        return;
    if (vigil->count == vigil->lives + TL_VIGIL_LIVES) {
        limit(vigil, HEARTBEAT);
        return;
    }
    uint32_t value;
    _Atomic uint32_t *word = tl_life_watch(task, &value);
    if (word)
        add(vigil, word, value);
    else if (tl_life_has_ended(task) && !tl_life_attended(task))
        vigil->death = true;
    else
        await_task(vigil, task);
}

static void watch_slots(struct tl_vigil *vigil, uint32_t from, uint32_t to)
{
    for (uint32_t n = from; n <= to && !vigil->death; n++)
        watch_task(vigil, tl_task_at(n));
}

/* Watches the task that alone could end this task's wait. */
static void watch_ender(struct tl_vigil *vigil)
{
    uint64_t offset = atomic_load(&tl_self->waiter.condition);
    uint32_t number = offset ? tl_wait_queue_ender(tl_at(offset)) : 0;
    if (number)
        watch_task(vigil, tl_task_at(number));
}

/* Looks at the whole table for the dead. */
static void inspect(struct tl_vigil *vigil)
{
    for (uint32_t n = 1, highest = tl_task_highest();
         n <= highest && !vigil->death; n++) {
        struct tl_task *task = tl_task_at(n);
        vigil->death = task != tl_self && tl_task_taken(task) &&
                       tl_life_has_ended(task) && !tl_life_attended(task);
    }
    tl_post_inspect();
}

void tl_warden_watch(struct tl_vigil *vigil)
{
    uint32_t from, to;
    bool all = tl_post_slots(&from, &to);
    watch_slots(vigil, from, to);
    if (all)
        return;
    watch_ender(vigil);
    if (tl_post_roams()) {
        limit(vigil, HEARTBEAT);
        if (vigil->beat)
            inspect(vigil);
    }
}
