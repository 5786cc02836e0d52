#include "park/post.h"

#include <limits.h>

#include "base/fault.h"
#include "base/procfs.h"
#include "park/park.h"
#include "public/status.h"

/* So many tasks all watch each other: they often wake, and posts would go round
 * among them. */
#define FEW 24
#define ROAMERS 4 /* the first slots, of which the first is the main task's */
#define GROUP 64
#define GROUPS ((TL_NUMBER_MASK + GROUP) / GROUP)
#define WARDENS TL_POSTS /* and as many classes */
#define BLOCK 16 /* slots are watched in blocks, so that news are rare */

struct group {
    _Atomic uint32_t entered; /* none of its slots above was ever entered */
    _Atomic uint32_t news;
    _Atomic uint32_t posts[WARDENS];
};

/* Of an arena. */
struct watch {
    _Atomic uint32_t entered; /* no slot above has ever been entered */
    /* A task without a post sleeps on the word of its process's class, so that
     * a stirrer can choose another process than the other warden's. */
    _Atomic uint32_t vacancies[WARDENS];
    _Atomic uint32_t looked; /* the group whose wardens were looked at */
    struct group groups[GROUPS + 1]; /* the last: inspectors */
};

/* This thread's, in each arena. */
static _Thread_local struct duty {
    _Atomic uint32_t *post;    /* or NULL */
    _Atomic uint32_t *listens; /* to vacancies, or NULL */
    uint32_t seen;             /* of these */
    unsigned group;            /* of the post */
} duties[TL_ARENAS];
static _Thread_local bool posted; /* in any of them */

static struct watch *watch(void)
{
    return tl_region(TL_REGION_WATCH);
}

int tl_post_make(void)
{
    return tl_arena_carve(TL_REGION_WATCH, sizeof(struct watch)) ? TL_OK
                                                                 : TL_NO_MEMORY;
}

bool tl_post_sound(void)
{
    uint32_t limit = tl_task_limit();
    for (unsigned i = 0; i <= GROUPS; i++) {
        struct group *group = &watch()->groups[i];
        if (atomic_load(&group->entered) > limit)
            return false;
        for (unsigned k = 0; k < WARDENS; k++)
            if ((atomic_load(&group->posts[k]) & TL_NUMBER_MASK) > limit)
                return false;
    }
    return atomic_load(&watch()->entered) <= limit;
}

size_t tl_post_size(void)
{
    return sizeof(struct watch);
}

/* How many groups have slots in use.  Loops over groups, and group_at, count
 * the inspectors' as the one behind them. */
static unsigned group_count(void)
{
    return (tl_task_highest() + GROUP - 1) / GROUP;
}

static struct group *group_at(unsigned i, unsigned count)
{
    return &watch()->groups[i < count ? i : GROUPS];
}

uint32_t tl_post_at(uint32_t number, unsigned post)
{
    unsigned i = number ? (number - 1) / GROUP : GROUPS;
    return atomic_load(&watch()->groups[i].posts[post]);
}

static unsigned class_of(int32_t pid)
{
    /* of children forked in a row, each may have started a thread: so not by
     * the last bit */
    return (uint32_t)pid * UINT32_C(2654435769) >> 31;
}

static int32_t pid_of(uint32_t id)
{
    return atomic_load(&tl_task_of(id)->pid);
}

/* ---- the posts of a group ---- */

static bool is_vacant(struct group *group)
{
    bool vacant = true;
    for (unsigned k = 0; k < WARDENS; k++)
        vacant = vacant && atomic_load(&group->posts[k]) == 0;
    return vacant;
}

static bool has_vacancy(struct group *group)
{
    bool found = false;
    for (unsigned k = 0; k < WARDENS; k++)
        found = found || atomic_load(&group->posts[k]) == 0;
    return found;
}

static bool any_is_vacant(void)
{
    unsigned count = group_count();
    for (unsigned i = 0; i <= count; i++)
        if (is_vacant(group_at(i, count)))
            return true;
    return false;
}

static bool serves(struct group *group, int32_t pid)
{
    for (unsigned k = 0; k < WARDENS; k++) {
        uint32_t id = atomic_load(&group->posts[k]);
        if (id && pid_of(id) == pid)
            return true;
    }
    return false;
}

static bool take_one_of(struct group *group, struct duty *duty, unsigned i)
{
    for (unsigned k = 0; k < WARDENS; k++) {
        uint32_t nobody = 0;
        if (atomic_compare_exchange_strong(&group->posts[k], &nobody,
                                           tl_task_id(tl_self))) {
            tl_fault();
            duty->post = &group->posts[k];
            duty->group = i;
            posted = true;
            return true;
        }
    }
    return false;
}

/* Prefers a group without a warden; never takes a second post where a warden is
 * of this process.  Each task begins at another group, so that tasks that come
 * at once do not meet. */
static bool take_post(struct duty *duty)
{
    unsigned count = group_count(), start = tl_task_number(tl_self);
    int32_t pid = pid_of(tl_task_id(tl_self));
    struct group *second = NULL;
    unsigned i = 0, at = 0;
    for (unsigned n = 0; n <= count; n++) {
        i = (start + n) % (count + 1);
        struct group *group = group_at(i, count);
        if (!has_vacancy(group))
            continue;
        if (is_vacant(group) &&
            take_one_of(group, duty, i < count ? i : GROUPS))
            return true;
        if (!second && !serves(group, pid)) {
            second = group;
            at = i < count ? i : GROUPS;
        }
    }
    return second && take_one_of(second, duty, at);
}

/* ---- to whom a vacancy falls ---- */

/* Tasks that sleep for descriptors have no posts, but rely on the wardens. */
static void kick_one(void)
{
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        if (tl_park_kick(tl_task_at(n)))
            return;
}

/* No task sleeps without a post: one that has a post elsewhere is woken, and
 * will look at the whole table. */
static void alert(void)
{
    unsigned count = group_count();
    for (unsigned i = 0; i <= count; i++) {
        struct group *group = group_at(i, count);
        if (is_vacant(group))
            continue;
        atomic_fetch_add(&group->news, 1);
        if (tl_park_wake_word(&group->news, 1) > 0)
            return;
    }
    kick_one();
}

/* Lets a task that sleeps without a post take one in this group; rather one of
 * another class than the other warden's. */
static void stir(struct group *group)
{
    struct watch *w = watch();
    unsigned class = 0;
    for (unsigned k = 0; k < WARDENS; k++) {
        uint32_t id = atomic_load(&group->posts[k]);
        if (id)
            class = class_of(pid_of(id)) + 1;
    }
    for (unsigned k = 0; k < WARDENS; k++)
        atomic_fetch_add(&w->vacancies[k], 1);
    tl_fault();
    for (unsigned k = 0; k < WARDENS; k++)
        if (tl_park_wake_word(&w->vacancies[(class + k) % WARDENS], 1) > 0)
            return;
    if (any_is_vacant())
        alert();
}

static struct group *vacant_group(void)
{
    unsigned count = group_count();
    for (unsigned i = 0; i <= count; i++)
        if (is_vacant(group_at(i, count)))
            return group_at(i, count);
    return NULL;
}

static void resign(struct duty *duty)
{
    uint32_t id = tl_task_id(tl_self);
    _Atomic uint32_t *post = duty->post;
    struct group *group = &watch()->groups[duty->group];
    duty->post = NULL;
    posted = false;
    if (!atomic_compare_exchange_strong(post, &id, 0))
        return; /* another took the post from this task, and calls others */
    tl_fault();
    stir(group);
}

void tl_post_leave(void)
{
    struct duty *duty = &duties[tl_arena];
    if (duty->post) {
        resign(duty);
    } else if (duty->listens && atomic_load(duty->listens) != duty->seen) {
        /* it may be this task that was stirred */
        struct group *group = vacant_group();
        if (group)
            stir(group);
    }
    duty->listens = NULL;
}

void tl_post_dismiss(const struct tl_task *task)
{
    unsigned count = group_count();
    for (unsigned i = 0; i <= count; i++) {
        for (unsigned k = 0; k < WARDENS; k++) {
            uint32_t id = tl_task_id(task);
            atomic_compare_exchange_strong(&group_at(i, count)->posts[k], &id,
                                           0);
            tl_fault();
        }
    }
}

static uint32_t whole_blocks(uint32_t slots)
{
    return (slots + BLOCK - 1) / BLOCK * BLOCK;
}

/* Raises `entered` to this slot; false: one as high was entered before.
 * *before: the highest slot that was. */
static bool raise(_Atomic uint32_t *entered, uint32_t number, uint32_t *before)
{
    *before = atomic_load(entered);
    while (*before < number)
        if (atomic_compare_exchange_weak(entered, before, number))
            return true;
    return false;
}

void tl_post_newcomer(void)
{
    struct watch *w = watch();
    uint32_t number = tl_task_number(tl_self), before;
    struct group *group = &w->groups[(number - 1) / GROUP];
    /* wakes also those that fell asleep while the tasks were few */
    if (raise(&w->entered, number, &before))
        tl_park_wake_word(&w->entered, INT_MAX);
    tl_fault();
    /* and those that sleep for descriptors, which that does not wake */
    for (uint32_t n = 1; before <= FEW && n <= FEW; n++)
        if (n <= tl_task_highest())
            tl_park_kick(tl_task_at(n));
    bool raised = raise(&group->entered, number, &before);
    if (tl_task_highest() <= FEW)
        return;
    if (raised && whole_blocks(before) < number) {
        atomic_fetch_add(&group->news, 1);
        tl_park_wake_word(&group->news, WARDENS);
    }
    if (is_vacant(group) || (raised && has_vacancy(group)))
        stir(group);
}

void tl_post_inspect(void)
{
    unsigned count = group_count();
    unsigned i = atomic_fetch_add(&watch()->looked, 1) % (count + 1);
    struct group *group = group_at(i, count);
    for (unsigned k = 0; k < WARDENS; k++) {
        uint32_t id = atomic_load(&group->posts[k]);
        if (id && id != tl_task_id(tl_self) && tl_procfs_stopped(pid_of(id)) &&
            atomic_compare_exchange_strong(&group->posts[k], &id, 0))
            stir(group);
    }
}

/* ---- what a sleeper is to watch ---- */

_Atomic uint32_t *tl_post_listen(uint32_t *value)
{
    struct watch *w = watch();
    struct duty *duty = &duties[tl_arena];
    *value = atomic_load(&w->entered);
    if (tl_task_highest() <= FEW)
        return &w->entered;
    if (duty->post && atomic_load(duty->post) != tl_task_id(tl_self)) {
        duty->post = NULL;
        posted = false;
    }
    unsigned class = class_of(pid_of(tl_task_id(tl_self)));
    duty->seen = *value = atomic_load(&w->vacancies[class]);
    duty->listens = NULL;
    if (duty->post || (!posted && take_post(duty))) {
        _Atomic uint32_t *news = &w->groups[duty->group].news;
        *value = atomic_load(news);
        return news;
    }
    duty->listens = &w->vacancies[class];
    return duty->listens;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

bool tl_post_slots(uint32_t *from, uint32_t *to)
{
    const struct duty *duty = &duties[tl_arena];
    uint32_t highest = tl_task_highest();
    *from = 1;
    *to = duty->listens ? 0 : highest;
    if (!duty->post)
        return !duty->listens;
    *from = duty->group * GROUP + 1;
    *to = least(whole_blocks(highest), (duty->group + 1) * GROUP);
    *to = duty->group < GROUPS ? least(*to, tl_task_limit()) : 0;
    return false;
}

bool tl_post_few(void)
{
    return tl_task_highest() <= FEW;
}

bool tl_post_roams(void)
{
    const struct duty *duty = &duties[tl_arena];
    return tl_task_number(tl_self) <= ROAMERS ||
           (duty->post && duty->group == GROUPS) || any_is_vacant();
}
