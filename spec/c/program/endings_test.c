/*
 * Endings: how a program that is explored ends its schedule.
 */
#include "support/explored.h"

#include <stdbool.h>
#include <stdint.h>

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
}

static void tell_other_ends(void)
{
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

/* While set, the machine stands still for some seconds before each look at the
 * clock. */
static bool stands_still;
int64_t real_clock(void) __asm__("__real_tl_clock_real");
int64_t clock_of_test(void) __asm__("__wrap_tl_clock_real");

int64_t clock_of_test(void)
{
    static int64_t seconds;
    if (stands_still)
        seconds += 5;
    return real_clock() + seconds * 1000000000;
}

static void tell_slow_ends(void)
{
    stands_still = true;
    say(ends("local p = ipc.spawn(function() ipc.sleep(9) end) p:kill() "
             "p:join()",
             TL_ENDING_PASSED, ""),
        "a child that ends late, neither");
    say(ends("local p = ipc.spawn(function() ipc.sleep(9) end) p:terminate() "
             "p:join()",
             TL_ENDING_PASSED, ""),
        "though it may have caught the signal");
    say(ends("local p = ipc.spawn(function() local d = ipc.process(function() "
             "ipc.sleep(9) end) d.daemon = true d:start() ipc.sleep(9) end) "
             "ipc.sleep(1) p:kill() p:join()",
             TL_ENDING_PASSED, ""),
        "nor a daemon that ends with it");
    stands_still = false;
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
    say(ends(TWO("for i = 1, 20000 do local x = a[i % 100 + 1] end"),
             TL_ENDING_PASSED, ""),
        "who reads much gets on");
    exploration->plan.strategy = TL_STRATEGY_RANDOM; /* by turns */
    say(ends("local v, a = ipc.value(0), ipc.array('int32', 100) "
             "local p = ipc.spawn(function() for i = 1, 40000 do "
             "local x = a[i % 100 + 1] end v:set(1) end) "
             "repeat until v:get() == 1 p:join()",
             TL_ENDING_PASSED, ""),
        "though another one polls");
    exploration->plan.strategy = TL_STRATEGY_NONE;
    say(ends(TWO("for i = 1, 20000 do a[1] = i end"), TL_ENDING_PASSED, ""),
        "who writes gets on");
    say(ends(TWO("for i = 1, 20000 do l:acquire() l:release() end"),
             TL_ENDING_PASSED, ""),
        "who locks much, too");
}

int main(void)
{
    if (!prepare())
        return 1;
    tell_ends();
    tell_other_ends();
    tell_slow_ends();
    tell_claims();
    tell_livelocks();
    return failures > 0;
}
