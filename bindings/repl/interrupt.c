#include "repl/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <lauxlib.h>

#include "far/mark.h"
#include "process/files.h"
#include "process/exit.h"
#include "terminal/turn.h"
#include "tidelock.h"

#define PATIENCE 1 /* seconds until a script that does not react is ended */

/* Tools such as timeout(1) signal the process and then its group: a signal this
 * soon after the first is no second Ctrl-C. */
#define SAME_INTERRUPT 0.1

static lua_State *volatile hooked;
static volatile sig_atomic_t pending;
static volatile double first_at;
static bool raises;
static pid_t owner;
static pthread_t owner_thread;

static const char last_words[] = "tidelock: interrupted\n";

/* Ends the program, even in a signal handler: what stdio still holds is lost.
 */
static void end_at_once(int signal)
{
    (void)signal;
    if (getpid() == owner)
        tl_family_end();
    tl_socket_file_remove_all();
    turn_restore();
    ssize_t ignored = write(STDERR_FILENO, last_words, sizeof last_words - 1);
    (void)ignored;
    _exit(exit_interrupt_status);
}

static void end_program(void)
{
    files_end(exit_interrupt_status);
    end_at_once(SIGINT);
}

static void handle(int signal, void (*handler)(int))
{
    /* no SA_RESTART: io.read and the like are to return */
    struct sigaction action = {.sa_handler = handler};
    sigaction(signal, &action, NULL);
}

static void die_of(int signal)
{
    handle(signal, SIG_DFL);
    raise(signal);
}

/* Amid the Lua of objects on a server, what is raised between two steps would
 * leave one undone, such as the release after the function of with.  The hook
 * stays on: so it is the script's next instruction that raises, or a wait. */
static void stop(lua_State *L, lua_Debug *where)
{
    (void)where;
    if (raises && getpid() == owner && door_is_amid(L))
        return;
    lua_sethook(L, NULL, 0, 0);
    if (getpid() != owner)
        die_of(SIGINT);
    else if (raises)
        luaL_error(L, "interrupted!");
    else
        end_program();
}

static void ask_to_stop(void)
{
    int error = errno;
    pending = 1;
    first_at = tl_real_now();
    tl_interrupt();
    if (hooked)
        lua_sethook(hooked, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT,
                    1);
    if (!raises) {
        handle(SIGALRM, end_at_once);
        alarm(PATIENCE);
    }
    errno = error;
}

static void on_interrupt(int signal)
{
    if (getpid() != owner)
        die_of(signal);
    else if (!pthread_equal(pthread_self(), owner_thread))
        /* the kernel may choose any thread; the script's is to wake */
        pthread_kill(owner_thread, signal);
    else if (!pending)
        ask_to_stop();
    else if (tl_real_now() - first_at > SAME_INTERRUPT)
        end_at_once(signal);
}

void interrupt_watch(lua_State *L, bool interactive)
{
    owner = getpid();
    owner_thread = pthread_self();
    raises = interactive;
    hooked = L;
    /* where SIGINT is ignored, by nohup or for a job in the background, it
     * stays so, here and in whatever this program starts */
    struct sigaction given;
    if (sigaction(SIGINT, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        handle(SIGINT, on_interrupt);
}

/* Ends the program, and a REPL too, even one whose chunk was interrupted and
 * still runs. */
static void on_termination(int signal)
{
    if (getpid() == owner && pthread_equal(pthread_self(), owner_thread) &&
        raises) {
        raises = false;
        pending = 0;
    }
    if (!pending)
        exit_interrupt_status = 128 + signal;
    on_interrupt(signal);
}

void interrupt_watch_termination(void)
{
    struct sigaction given;
    if (sigaction(SIGTERM, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        handle(SIGTERM, on_termination);
}

void interrupt_release(void)
{
    hooked = NULL;
}

bool interrupt_pending(void)
{
    return pending;
}

bool interrupt_take(void)
{
    if (!pending || getpid() != owner)
        return false;
    if (!raises)
        end_program();
    if (hooked)
        lua_sethook(hooked, NULL, 0, 0);
    tl_interrupt_clear();
    pending = 0;
    return true;
}
