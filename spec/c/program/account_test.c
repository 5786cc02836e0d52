/*
 * Account: what a program that is explored tells of its tasks, objects and
 * steps; and that the moves of these steps give the same schedule again.
 */
#include "support/explored.h"

/* ---- what is told of tasks, objects and steps ---- */

/* The first event of an operation. */
static const struct tl_event *event_of(enum tl_operation operation)
{
    for (uint32_t i = 0; i < account->event_count; i++)
        if (account->events[i].operation == operation)
            return &account->events[i];
    return NULL;
}

static const struct tl_event *event_how(enum tl_event_how how)
{
    for (uint32_t i = 0; i < account->event_count; i++)
        if (account->events[i].how == how)
            return &account->events[i];
    return NULL;
}

static const struct tl_account_object *object_of(const struct tl_event *event)
{
    for (uint32_t i = 0; event && i < account->object_count; i++) {
        const struct tl_account_object *object = &account->objects[i];
        if (object->kind == event->kind && object->number == event->object &&
            object->arena == event->arena)
            return object;
    }
    return NULL;
}

static void tell_lists(void)
{
    run("local q = ipc.queue{ name = 'orders' }\n"
        "local p = ipc.process{ name = 'ann', target = function()\n"
        "  local v = ipc.value(0)\n"
        "  ipc.spawn(function() v:set(1) end):join()\n"
        "  q:put(1)\n"
        "end }\n"
        "p:start() p:join()");
    const struct tl_account_task *tasks = account->tasks;
    say(account->task_count == 3 && strcmp(tasks[0].name, "main") == 0 &&
            tasks[0].key == TL_EXPLORE_MAIN && tasks[1].parent == 0 &&
            strcmp(tasks[1].name, "ann") == 0 && tasks[1].nth == 1 &&
            tasks[1].key == tl_explore_key(TL_EXPLORE_MAIN, 1) &&
            tasks[2].parent == 1 &&
            tasks[2].key == tl_explore_key(tasks[1].key, 1),
        "tasks are told in order of creation");
    const struct tl_event *put = event_of(TL_OP_QUEUE_PUT),
                          *set = event_of(TL_OP_VALUE_SET);
    const struct tl_account_object *queue = object_of(put),
                                   *value = object_of(set);
    say(queue && strcmp(queue->name, "orders") == 0 && queue->maker == 0 &&
            value && value->maker == 1,
        "objects are told, and who has made them");
    say(put && put->player == 1 && put->line == 5 && put->file == 1 &&
            strcmp(account->scripts.names[0], "test.lua") == 0 && set &&
            set->player == 2 && set->line == 4,
        "steps are told, with their task and line");
    uint64_t hash = account->hash, identity = value ? value->identity : 0;
    run("ipc.queue() local p = ipc.process(function()\n"
        "  local v = ipc.value(0) v:set(1)\n"
        "end) ipc.value() p:start() p:join()");
    value = object_of(event_of(TL_OP_VALUE_SET));
    say(value && value->identity == identity && account->hash != hash,
        "an object is the same by its maker in all schedules");
}

/* ---- what is chosen ---- */

static uint64_t key_in(uint64_t slot)
{
    uint64_t key = 0;
    for (uint32_t i = 0; i < account->task_count; i++)
        if (account->tasks[i].slot == slot)
            key = account->tasks[i].key;
    return key;
}

static struct tl_move move_of(const struct tl_event *event)
{
    switch (event->how) {
    case TL_EVENT_CLOCK:
        return (struct tl_move){.kind = TL_MOVE_CLOCK};
    case TL_EVENT_WAKES:
        return (struct tl_move){.kind = TL_MOVE_WAKE,
                                .task = key_in(event->key)};
    case TL_EVENT_ANSWER:
        return (struct tl_move){.kind = TL_MOVE_ANSWER,
                                .count = (uint32_t)event->key};
    default:
        return (struct tl_move){.kind = TL_MOVE_STEP,
                                .count = 1,
                                .task = account->tasks[event->player].key};
    }
}

#define ALL ((enum tl_event_how)255)

/* Plans the moves that were made: ALL; or up to the first of these, which is to
 * be of the other one. */
static void retrace(enum tl_event_how how, uint64_t other)
{
    struct tl_plan *plan = &exploration->plan;
    memset(plan, 0, offsetof(struct tl_plan, move));
    for (uint32_t i = 0; i < account->event_count; i++) {
        struct tl_event *event = &account->events[i];
        if (how == event->how) {
            event->key = other;
            plan->move[plan->moves++] = move_of(event);
            break;
        }
        plan->move[plan->moves++] = move_of(event);
    }
}

/* Whether some seed of a random walk gives each of the outcomes, and a run by
 * the moves of it the same. */
static bool comes_to(const char *script, const char *const *outcomes)
{
    bool seen[4] = {false}, well = true;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        memset(&exploration->plan, 0, offsetof(struct tl_plan, move));
        exploration->plan.strategy = TL_STRATEGY_RANDOM;
        exploration->plan.seed = seed;
        run(script);
        uint64_t hash = account->hash;
        for (int i = 0; outcomes[i]; i++)
            seen[i] |= strcmp(account->outcome, outcomes[i]) == 0;
        retrace(ALL, 0);
        run(script);
        if (account->hash != hash || account->deviations)
            printf("# seed %d: %d deviations, at %d of %d\n", (int)seed,
                   (int)account->deviations, (int)account->first_deviation,
                   (int)account->event_count);
        well &= account->hash == hash && account->deviations == 0;
    }
    for (int i = 0; outcomes[i]; i++)
        well &= seen[i];
    memset(&exploration->plan, 0, offsetof(struct tl_plan, move));
    return well;
}

#define WAITERS(wait, wake)                                                    \
    "local l, v, s, q = ipc.lock(), ipc.value(0), ipc.semaphore(0), "          \
    "ipc.queue() local c = ipc.condition(l) "                                  \
    "local function f(n) " wait " v:compare_set(0, n) end "                    \
    "local a, b = ipc.process(f, 1), ipc.process(f, 2) "                       \
    "a:start() ipc.sleep(0.0001) b:start() ipc.sleep(0.0001) " wake            \
    " ipc.sleep(1) "                                                           \
    "ipc.outcome(v:get()) " wake " a:join() b:join()"

static void tell_choices(void)
{
    static const char *const both[] = {"1", "2", NULL};
    static const struct {
        const char *script, *what;
    } rows[] = {
        {WAITERS("c:with(function() c:wait() end)",
                 "c:with(function() c:notify() end)"),
         "condition"},
        {WAITERS("s:acquire()", "s:release()"), "semaphore"},
        {WAITERS("q:get()", "q:put(1)"), "queue"},
    };
    char what[80];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        run(rows[i].script);
        snprintf(what, sizeof what, "the longest waiter of a %s is woken",
                 rows[i].what);
        say(strcmp(account->outcome, "1") == 0 && event_how(TL_EVENT_WAKES) &&
                event_how(TL_EVENT_WAKES)->runnable == 2,
            what);
        retrace(TL_EVENT_WAKES, account->tasks[2].slot);
        run(rows[i].script);
        snprintf(what, sizeof what, "by a plan, another one of a %s is",
                 rows[i].what);
        say(strcmp(account->outcome, "2") == 0 && account->deviations == 0,
            what);
        snprintf(what, sizeof what, "by a strategy, either of a %s is",
                 rows[i].what);
        say(comes_to(rows[i].script, both), what);
    }
    say(comes_to("ipc.outcome(ipc.choose{ 1, 2 })", both),
        "ipc.choose comes to each answer");
    run("ipc.outcome(ipc.choose(9))");
    say(strcmp(account->outcome, "1") == 0 &&
            event_how(TL_EVENT_ANSWER)->runnable == 9,
        "and first to 1");
}

int main(void)
{
    if (!prepare())
        return 1;
    tell_lists();
    tell_choices();
    return failures > 0;
}
