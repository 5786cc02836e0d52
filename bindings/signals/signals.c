#include "signals/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include <lauxlib.h>

#include "far/mark.h"
#include "lua/hook.h"
#include "lua/support.h"
#include "process/exit.h"
#include "process/files.h"
#include "process/thread.h"
#include "signals/care.h"
#include "signals/signal_names.h"

enum { MOST = 64 };

/* Of this process: the state whose functions these are, its thread, and what
 * has come and is not answered yet, as bits. */
static lua_State *volatile state;
static pid_t owner;
static pthread_t owner_thread;
static _Atomic uint64_t come, unread;           /* unread: by ipc.signal */
static uint64_t heard, with_function, listened; /* heard for the other two */
static bool running, stopped; /* a function; the collector, meanwhile */
static bool raised;           /* by one, while the task waited */
static lua_State *stage;      /* where functions run while the task waits */
static char functions_key;    /* registry: by number */
static struct sigaction given[MOST + 1];
static struct {
    lua_Hook hook;
    int mask, count;
} script_hook; /* while ours is in its place */

static uint64_t bit_of(int number)
{
    return UINT64_C(1) << (number - 1);
}

static void block(sigset_t *mask)
{
    sigset_t every;
    sigfillset(&every);
    pthread_sigmask(SIG_BLOCK, &every, mask);
}

static void unblock(const sigset_t *mask)
{
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

/* ---- what the handler does ---- */

static void in_hook(lua_State *L, lua_Debug *frame);

/* With signals blocked. */
static void set_hook(void)
{
    lua_State *L = state;
    if (lua_gethook(L) != in_hook) {
        script_hook.hook = lua_gethook(L);
        script_hook.mask = lua_gethookmask(L);
        script_hook.count = lua_gethookcount(L);
    }
    lua_sethook(L, in_hook, LUA_MASKCOUNT, 1);
}

/* In a fork, which is no task, or none yet. */
static void leave_to_default(int number)
{
    if (given[number].sa_handler == SIG_IGN)
        return;
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(number, &action, NULL);
    raise(number);
}

static void on_signal(int number)
{
    int error = errno;
    if (getpid() != owner) {
        leave_to_default(number);
    } else if (!pthread_equal(pthread_self(), owner_thread)) {
        pthread_kill(owner_thread, number);
    } else {
        atomic_fetch_or(&unread, bit_of(number));
        atomic_fetch_or(&come, bit_of(number));
        set_hook();
        tl_idle_call();
    }
    errno = error;
}

/* ---- functions ---- */

/* The next that has come; 0: none. */
static int take(void)
{
    uint64_t bits = atomic_load(&come);
    if (!bits)
        return 0;
    int number = __builtin_ctzll(bits) + 1;
    atomic_fetch_and(&come, ~bit_of(number));
    return number;
}

/* Pushes the function of a signal, or nil. */
static bool push_function(lua_State *L, int number)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key) == LUA_TTABLE)
        lua_rawgeti(L, -1, number);
    else
        lua_pushnil(L);
    lua_remove(L, -2);
    return !lua_isnil(L, -1);
}

static bool call(lua_State *L, int number)
{
    if (!push_function(L, number)) {
        lua_pop(L, 1);
        return true;
    }
    lua_pushstring(L, signal_names_of(number));
    return lua_pcall(L, 1, 0, 0) == LUA_OK;
}

/* Makes the task look once more. */
static void look_again(void)
{
    sigset_t mask;
    block(&mask);
    set_hook();
    tl_idle_call();
    unblock(&mask);
}

/* Calls the functions of all that has come; false: one has raised what is at
 * the top. */
static bool run_all(lua_State *L)
{
    int number;
    bool well = true;
    if (running || !lua_checkstack(L, LUA_MINSTACK))
        return true;
    running = true;
    while (well && (number = take()) > 0)
        well = call(L, number);
    running = false;
    if (atomic_load(&come))
        look_again();
    return well;
}

static void take_hook_off(lua_State *L)
{
    sigset_t mask;
    block(&mask);
    if (lua_gethook(L) == in_hook)
        lua_sethook(L, script_hook.hook, script_hook.mask, script_hook.count);
    unblock(&mask);
}

/* Between two instructions of Lua.  What comes with the module for objects on a
 * server is written in Lua: between two steps of it, such as a function's end
 * and the release after it, what a function raises would leave one undone.  So
 * the hook stays on while the instructions are those: it is the script's next
 * one, or a wait, that the functions come to. */
static void in_hook(lua_State *L, lua_Debug *frame)
{
    (void)frame;
    if (getpid() == owner && door_is_amid(L)) {
        if (raised) /* the waits until then are not to be cut short by it */
            tl_interrupt_clear();
        return;
    }
    take_hook_off(L);
    if (getpid() != owner)
        return;
    if (raised) {
        raised = false;
        tl_interrupt_clear();
        hook_raise(L); /* where the wait got what it wanted, and did not */
    }
    if (!run_all(L))
        lua_error(L);
}

/* ---- while the task waits ---- */

static bool is_due(void)
{
    return !running && atomic_load(&come) != 0;
}

static void collect_again(lua_State *L)
{
    if (stopped)
        lua_gc(L, LUA_GCRESTART, 0);
    stopped = false;
}

/* At the end of a task no call is left that could raise it. */
static void report(lua_State *L)
{
    size_t size;
    lua_pushfstring(L, "tidelock: a function for a signal failed: %s\n",
                    luaL_tolstring(L, -1, NULL));
    const char *text = lua_tolstring(L, -1, &size);
    files_flush_stdout();
    files_write(2, text, size);
}

/* With the collector stopped: see pool/callbacks. */
static void run(void)
{
    lua_State *L = stage, *waits = context_state;
    int top = lua_gettop(L);
    stopped = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    if (!run_all(L)) {
        if (care_is_last()) {
            report(L);
        } else {
            hook_keep_error(L);
            raised = true;
            tl_interrupt();
            look_again();
        }
    }
    lua_settop(L, top);
    collect_again(L);
    context_state = waits;
}

/* ---- on and off ---- */

static void watch(void)
{
    tl_idle_by_signals = heard != 0;
    care_for(CARE_SIGNALS, heard ? is_due : NULL, run);
}

static void let_go(int number)
{
    sigaction(number, &given[number], NULL);
    heard &= ~bit_of(number);
    watch();
}

/* The state is about to be closed: signals do again what they did. */
static void end(lua_State *L)
{
    (void)L;
    for (int number = 1; heard && number <= MOST; number++)
        if (heard & bit_of(number))
            let_go(number);
    with_function = listened = 0;
    if (state)
        take_hook_off(state);
    state = NULL;
}

/* Of the first one in this process. */
static void begin(lua_State *L)
{
    if (state)
        return;
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &functions_key);
    stage = lua_newthread(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &stage);
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    state = lua_tothread(L, -1);
    lua_pop(L, 1);
    exit_then(end);
    owner = getpid();
    owner_thread = pthread_self();
}

static void handle(int number)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    heard |= bit_of(number);
    watch();
    sigaction(number, &action, &given[number]);
}

static void settle(int number)
{
    bool wanted = ((with_function | listened) & bit_of(number)) != 0;
    if (wanted && !(heard & bit_of(number)))
        handle(number);
    else if (!wanted && (heard & bit_of(number)))
        let_go(number);
}

static void set(uint64_t *bits, int number, bool on)
{
    *bits = on ? *bits | bit_of(number) : *bits & ~bit_of(number);
}

void signals_set_function(lua_State *L, int number)
{
    begin(L);
    set(&with_function, number, false);
    if (lua_isnil(L, 2))
        settle(number);
    if (!run_all(L))
        lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, number);
    set(&with_function, number, !lua_isnil(L, 2));
    settle(number);
}

void signals_listen(lua_State *L, int number)
{
    begin(L);
    if (!(listened & bit_of(number)))
        atomic_fetch_and(&unread, ~bit_of(number));
    set(&listened, number, true);
    settle(number);
}

void signals_ignore(int number)
{
    set(&listened, number, false);
    settle(number);
}

bool signals_is_listened(int number)
{
    return (listened & bit_of(number)) != 0;
}

bool signals_is_unread(int number)
{
    return (atomic_load(&unread) & bit_of(number)) != 0;
}

bool signals_take(int number)
{
    return (atomic_fetch_and(&unread, ~bit_of(number)) & bit_of(number)) != 0;
}

/* The defaults, where the parent did not ignore the signal (child.h resets two
 * of them so). */
void signals_forget(lua_State *L)
{
    for (int number = 1; heard && number <= MOST; number++) {
        if (!(heard & bit_of(number)))
            continue;
        if (given[number].sa_handler != SIG_IGN || number == SIGTERM)
            given[number] = (struct sigaction){.sa_handler = SIG_DFL};
        let_go(number);
    }
    if (state) {
        take_hook_off(state);
        take_hook_off(L);
    }
    state = NULL;
    with_function = listened = 0;
    atomic_store(&come, 0);
    running = raised = false;
    collect_again(L);
}

void signals_check_place(lua_State *L, const char *call)
{
    if (thread_is())
        misuse(L, NULL, call,
               "signals go to whole processes: the main thread of the process "
               "is to call it");
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    if (state && lua_tothread(L, -1) != state)
        misuse(L, NULL, call,
               "another Lua state of this process hears its signals");
    lua_pop(L, 1);
}
