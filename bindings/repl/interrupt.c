#include "repl/interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "codec/message.h"
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

/* What SIGALRM did before a Ctrl-C, and the seconds until it was to come, or 0:
 * a script's in a REPL, which has both again once the Ctrl-C is answered. */
static struct sigaction alarm_before;
static unsigned alarm_left;

/* Ends the program, even in a signal handler: what stdio still holds is lost.
 */
static void end_at_once(int signal)
{
    (void)signal;
    if (getpid() == owner)
        tl_family_end();
    tl_socket_file_remove_all();
    turn_restore();
    const char *words = exit_interrupt_words();
    ssize_t ignored = write(STDERR_FILENO, words, strlen(words));
    (void)ignored;
    exit_interrupt_die();
}

static void end_program(void)
{
    files_end(exit_interrupt_status());
    exit_interrupt();
}

static void replace(int signal, void (*handler)(int), struct sigaction *before)
{
    /* no SA_RESTART: io.read and the like are to return */
    struct sigaction action = {.sa_handler = handler};
    sigaction(signal, &action, before);
}

static void handle(int signal, void (*handler)(int))
{
    replace(signal, handler, NULL);
}

static void die_of(int signal)
{
    handle(signal, SIG_DFL);
    raise(signal);
}

/* Amid the Lua of objects on a server, what is raised between two steps would
 * leave one undone, such as the release after the function of with; amid a
 * message that is received it would be caught.  The hook stays on: so it is the
 * script's next instruction that raises, or a wait. */
static void stop(lua_State *L, lua_Debug *where)
{
    (void)where;
    if (raises && getpid() == owner && (door_is_amid(L) || message_is_amid()))
        return;
    lua_sethook(L, NULL, 0, 0);
    if (getpid() != owner)
        die_of(exit_interrupt_signal);
    else if (raises)
        luaL_error(L, "interrupted!");
    else
        end_program();
}

/* In a REPL, of what does not react: a second Ctrl-C would come as a surprise.
 */
static void tell_deaf(int signal)
{
    static const char words[] =
        "\ntidelock: what runs goes on in spite of Ctrl-C, as a function of C, "
        "a coroutine or a script that catches the error does; once more ends "
        "the session\n";
    int error = errno;
    (void)signal;
    if (pending && getpid() == owner) {
        ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
        (void)ignored;
    }
    errno = error;
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
    alarm_left = alarm(0);
    replace(SIGALRM, raises ? tell_deaf : end_at_once, &alarm_before);
    alarm(PATIENCE);
    errno = error;
}

static void give_alarm_back(void)
{
    unsigned since = (unsigned)(tl_real_now() - first_at);
    alarm(0);
    sigaction(SIGALRM, &alarm_before, NULL);
    if (alarm_left)
        alarm(alarm_left > since ? alarm_left - since : 1);
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
        exit_interrupt_signal = signal;
    on_interrupt(signal);
}

/* What is ignored, by nohup or for a job in the background, stays so, here and
 * in whatever this program starts. */
static void watch(int signal, void (*handler)(int))
{
    struct sigaction given;
    if (sigaction(signal, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        handle(signal, handler);
}

void interrupt_watch(lua_State *L, bool interactive)
{
    owner = getpid();
    owner_thread = pthread_self();
    raises = interactive;
    hooked = L;
    watch(SIGINT, on_interrupt);
    watch(SIGTERM, on_termination);
    watch(SIGHUP, on_termination);
    if (interactive) /* Ctrl-\ is to leave the terminal as it was */
        watch(SIGQUIT, on_termination);
}

void interrupt_release(void)
{
    hooked = NULL;
}

bool interrupt_pending(void)
{
    return pending;
}

bool interrupt_ends(void)
{
    return pending && !raises;
}

bool interrupt_take(void)
{
    if (!pending || getpid() != owner)
        return false;
    if (!raises)
        end_program();
    give_alarm_back();
    if (hooked)
        lua_sethook(hooked, NULL, 0, 0);
    tl_interrupt_clear();
    pending = 0;
    return true;
}
