/*
 * Account: what a program that is explored tells of its run.
 *
 * Each test runs a script in a program of its own, by the strategy NONE, with
 * the account in memory that this process shares.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lualib.h>

#include "module.h"
#include "process/exit.h"
#include "process/explored.h"
#include "tidelock.h"
#include "wait/operation.h"

#define LIMIT 20.0 /* seconds */

static struct tl_exploration *exploration;
static struct tl_findings *findings;
static struct tl_account *account;

static int crash(lua_State *L)
{
    (void)L;
    abort();
}

static void run_script(const char *script)
{
    tl_simulate_begin(1, -1, "test.lua");
    tl_explore_begin(findings, exploration);
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_requiref(L, "tidelock", luaopen_tidelock, 0);
    lua_setglobal(L, "ipc");
    lua_register(L, "crash", crash);
    if (luaL_loadbuffer(L, script, strlen(script), "@test.lua") != LUA_OK ||
        lua_pcall(L, 0, 0, 0) != LUA_OK)
        explored_fail(L, lua_tostring(L, -1));
    exit_end(L);
    explored_leave(0);
    _exit(99);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Until it says that it is over, or its main task is no more. */
static void await_end(pid_t pid)
{
    double limit = now() + LIMIT;
    siginfo_t info = {0};
    while (!atomic_load(&account->over) && now() < limit) {
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == pid)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    kill(-pid, SIGKILL);
    while (waitpid(-pid, NULL, 0) > 0) /* its children are ours by now */
        continue;
}

static void run(const char *script)
{
    fflush(stdout);
    atomic_store(&account->over, 0);
    account->ending = TL_ENDING_NONE;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        run_script(script);
    }
    setpgid(pid, pid);
    await_end(pid);
}

/* ---- the tests ---- */

static int failures;

static void say(bool well, const char *what)
{
    printf("%sok - %s\n", well ? "" : "not ", what);
    if (!well)
        printf("# ending %u, message: %s\n", account->ending, account->message);
    failures += !well;
}

static bool has(const char *text)
{
    return strstr(account->message, text) != NULL;
}

static bool ends(const char *script, enum tl_ending ending, const char *text)
{
    run(script);
    return account->ending == ending && has(text);
}

#define CHILD(body)                                                            \
    "local p = ipc.process{ target = function() " body " end, name = 'ann' } " \
    "p:start() p:join()"

static void tell_ends(void)
{
    say(ends("local x = 1", TL_ENDING_PASSED, ""), "a script that ends passes");
    say(ends("os.exit(0)", TL_ENDING_PASSED, ""), "so does os.exit(0)");
    say(ends("os.exit(3)", TL_ENDING_STATUS, "3") && account->status == 3,
        "another status fails");
    say(ends("error 'no'", TL_ENDING_ERROR, "test.lua:1: no"),
        "an error in the main script fails");
    say(ends(CHILD("error 'no'"), TL_ENDING_ERROR, "test.lua:1: no") &&
            has("process \"ann\"") && account->ender == 1,
        "an error in a child fails, and is told as on stderr");
    say(ends("local t = ipc.thread(function() error 'no' end) "
             "t:start() t:join()",
             TL_ENDING_ERROR, "test.lua:1: no"),
        "an error in a thread fails");
    say(ends("local t = ipc.thread(function() "
             "require 'tidelock'.sleep(9) end) "
             "t:start() t:cancel() t:join()",
             TL_ENDING_PASSED, ""),
        "a thread that is cancelled does not");
    say(ends("local p = ipc.pool(1) local f = p:submit(error, 'no') "
             "assert(not pcall(f.get, f)) p:close() p:join()",
             TL_ENDING_PASSED, ""),
        "an error in a job is its future's");
    say(ends(CHILD("crash()"), TL_ENDING_CRASH,
             "\"ann\" was ended by signal") &&
            account->status == SIGABRT && account->ender == 1,
        "a crash does");
    say(ends("ipc.lock():acquire() ipc.event():wait()", TL_ENDING_DEADLOCK,
             "deadlock"),
        "a deadlock does");
    say(ends("local a = ipc.rlock() local p = ipc.process(function() "
             "a:acquire() ipc.current():join() end) p:start() p:join()",
             TL_ENDING_ERROR, "its own end"),
        "an error of ours does");
    say(ends("local a, b = ipc.lock(), ipc.lock() a:acquire() "
             "local p = ipc.spawn(function() b:acquire() "
             "a:acquire() end) ipc.sleep(1) "
             "b:acquire()",
             TL_ENDING_DEADLOCK, "deadlock"),
        "a circle of two does");
    say(ends("local p = ipc.process(function() ipc.sleep(9) end) p:start() "
             "p:kill() p:join()",
             TL_ENDING_PASSED, ""),
        "a child that the script kills does not");
}

static void tell_claims(void)
{
    say(ends("ipc.always(true, 'no') ipc.always(1 > 2, '%d sold', 3)",
             TL_ENDING_ALWAYS, "test.lua:1: 3 sold"),
        "what does not always hold fails");
    say(ends(CHILD("pcall(ipc.always, false, 'no')"), TL_ENDING_ALWAYS, "no"),
        "though it is caught");
    run("ipc.outcome('sold', 3) ipc.outcome(nil, true)");
    say(account->ending == TL_ENDING_PASSED &&
            strcmp(account->outcome, "sold 3, nil true") == 0,
        "the outcome is told");
    run("ipc.sometimes(false, 'a') ipc.sometimes(1, 'b') "
        "ipc.sometimes(false, 'b') ipc.sometimes(2, 'a') "
        "ipc.sometimes(nil, 'c')");
    say(account->label_count == 3 &&
            strcmp(account->labels[1].text, "b") == 0 &&
            account->labels[0].came && account->labels[1].came &&
            !account->labels[2].came,
        "labels are told, and which came true");
}

#define TWO(body)                                                              \
    "local v, a, l = ipc.value(0), ipc.array('int32', 100), ipc.lock() "       \
    "local function f() " body " end "                                         \
    "local p = ipc.spawn(f) f() p:join()"

static void tell_livelocks(void)
{
    say(ends(TWO("repeat until v:get() == 1"), TL_ENDING_LIVELOCK,
             "process-1: get value#1, test.lua:1"),
        "who polls for ever is in a livelock");
    say(ends(TWO("repeat ipc.yield() until nil"), TL_ENDING_LIVELOCK, "yield"),
        "who yields for ever, too");
    say(ends(TWO("repeat until v:compare_set(1, 0)"), TL_ENDING_LIVELOCK, ""),
        "who compares for ever, too");
    say(ends(TWO("repeat ipc.sleep(1) until v:get() == 1"), TL_ENDING_LIVELOCK,
             ""),
        "though time passes");
    say(ends(TWO("repeat l:acquire() local x = v:get() l:release() until x > "
                 "0"),
             TL_ENDING_LIVELOCK, ""),
        "though it takes a lock");
    say(ends("local a, b = ipc.lock(), ipc.lock() local function f(x, y) "
             "while true do x:acquire() ipc.yield() "
             "if y:acquire(0) then break end x:release() end end "
             "local p = ipc.spawn(function() f(a, b) end) f(b, a)",
             TL_ENDING_LIVELOCK, ""),
        "though it is polite");
    say(ends(TWO("for i = 1, 20000 do local x = a[i % 100 + 1] end"),
             TL_ENDING_PASSED, ""),
        "who reads much gets on");
    say(ends("local v, a = ipc.value(0), ipc.array('int32', 100) "
             "local p = ipc.spawn(function() for i = 1, 20000 do "
             "local x = a[i % 100 + 1] end v:set(1) end) "
             "repeat until v:get() == 1 p:join()",
             TL_ENDING_PASSED, ""),
        "though another one polls");
    say(ends(TWO("for i = 1, 20000 do a[1] = i end"), TL_ENDING_PASSED, ""),
        "who writes gets on");
    say(ends(TWO("for i = 1, 20000 do l:acquire() l:release() end"),
             TL_ENDING_PASSED, ""),
        "who locks much, too");
}

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
            strcmp(account->files[0], "test.lua") == 0 && set &&
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
    exploration = mmap(NULL, sizeof *exploration, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    findings = mmap(NULL, sizeof *findings, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (exploration == MAP_FAILED || findings == MAP_FAILED)
        return 1;
    account = &exploration->account;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    tell_ends();
    tell_claims();
    tell_livelocks();
    tell_lists();
    tell_choices();
    return failures > 0;
}
