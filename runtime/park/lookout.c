#include "park/lookout.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "park/post.h"
#include "tasks/life.h"
#include "tasks/pidfd.h"
#include "tasks/task.h"

#define HEARTBEAT (250 * TL_MILLISECOND)
#define HEARTBEAT_BLIND (50 * TL_MILLISECOND)
#define HEARTBEAT_STARTING (10 * TL_MILLISECOND)

static void limit(struct tl_lookout *lookout, int64_t time)
{
    lookout->limit = tl_clock_earlier(lookout->limit, time);
}

bool tl_lookout_begin(struct tl_lookout *lookout, const struct pollfd *polled,
                      unsigned count)
{
    if (count > TL_LOOKOUT_MOST / 2)
        return false;
    if (count > 0)
        memcpy(lookout->polled, polled, count * sizeof *polled);
    lookout->count = lookout->first = count;
    lookout->death = false;
    lookout->limit = TL_FOREVER;
    return true;
}

static void watch_process(struct tl_lookout *lookout, pid_t pid)
{
    int fd = lookout->count < TL_LOOKOUT_MOST ? tl_pidfd_open(pid) : -1;
    if (fd < 0)
        limit(lookout, HEARTBEAT_BLIND);
    else
        lookout->polled[lookout->count++] =
            (struct pollfd){.fd = fd, .events = POLLIN};
}

static void watch_task(struct tl_lookout *lookout, struct tl_task *task)
{
    if (task == tl_self || !tl_task_taken(task))
        return;
    pid_t pid = tl_task_pid(task);
    bool dead = tl_life_has_ended(task);
    if (dead && !tl_life_attended(task))
        lookout->death = true;
    else if (dead || !pid || tl_task_state(task) != TL_TASK_RUNNING)
        limit(lookout, HEARTBEAT_STARTING);
    else if (pid != getpid())
        watch_process(lookout, pid);
}

void tl_lookout_add(struct tl_lookout *lookout)
{
    uint32_t highest = tl_task_highest();
    if (!tl_post_few()) {
        if (tl_post_roams())
            limit(lookout, HEARTBEAT);
        return;
    }
    for (uint32_t n = 1; n <= highest && !lookout->death; n++)
        watch_task(lookout, tl_task_at(n));
}

bool tl_lookout_end(struct tl_lookout *lookout, struct pollfd *polled)
{
    bool ended = lookout->death;
    for (unsigned i = 0; i < lookout->count; i++) {
        if (i < lookout->first) {
            polled[i].revents = lookout->polled[i].revents;
        } else {
            ended = ended || lookout->polled[i].revents != 0;
            close(lookout->polled[i].fd);
        }
    }
    return ended;
}
