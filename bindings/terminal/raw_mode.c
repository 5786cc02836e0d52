#include "terminal/raw_mode.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include "tidelock.h"

/* Pasted text comes between marks, and a key is one of the cursor's own. */
#define BEGIN "\033[?2004h"
#define BEGIN_ALTERNATE "\033[?1049h\033[?25l" BEGIN
#define END "\033[?2004l\033[?25h"
#define END_ALTERNATE END "\033[?1049l"

static struct termios before;
static volatile sig_atomic_t on, alternate;
static pid_t owner; /* a fork of it restores nothing */
static int changes = -1;

bool raw_mode_write(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(STDOUT_FILENO, text, size);
        if (wrote < 0 && errno == EAGAIN)
            ppoll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1,
                  NULL, NULL);
        else if (wrote < 0 && errno != EINTR)
            return false;
        if (wrote > 0) {
            text += wrote;
            size -= (size_t)wrote;
        }
    }
    return true;
}

static void say(const char *text)
{
    raw_mode_write(text, strlen(text));
}

/* ---- what handlers call, too ---- */

static bool enter(void)
{
    struct termios raw = before;
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST; /* a newline goes to the first column */
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0)
        return false;
    say(alternate ? BEGIN_ALTERNATE : BEGIN);
    return true;
}

static void leave(void)
{
    say(alternate ? END_ALTERNATE : END);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static bool is_ours(void)
{
    return on && getpid() == owner;
}

static void note_change(void)
{
    ssize_t ignored = write(changes, &(uint64_t){1}, sizeof(uint64_t));
    (void)ignored;
}

static void on_resize(int signal)
{
    int error = errno;
    (void)signal;
    if (is_ours())
        note_change();
    errno = error;
}

/* In the background, this stops until the terminal is given back. */
static void on_continue(int signal)
{
    int error = errno;
    (void)signal;
    if (is_ours() && enter())
        note_change();
    errno = error;
}

static void end_by(int number)
{
    sigset_t it;
    sigemptyset(&it);
    sigaddset(&it, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &it, NULL);
}

/* Its handler was reset as it was called. */
static void on_end(int number)
{
    if (is_ours()) {
        on = false;
        leave();
    }
    end_by(number);
}

static void on_stop(int number);

static void handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void on_stop(int number)
{
    int error = errno;
    if (is_ours())
        leave();
    end_by(number); /* stops here, but where no shell could continue it */
    handle(number, on_stop, SA_RESETHAND);
    on_continue(SIGCONT);
    errno = error;
}

/* ---- handlers, and what was there before ---- */

static const struct {
    void (*handler)(int);
    int number;
    int flags;
} handlers[] = {
    {on_resize, SIGWINCH, SA_RESTART}, {on_continue, SIGCONT, SA_RESTART},
    {on_stop, SIGTSTP, SA_RESETHAND},  {on_end, SIGHUP, SA_RESETHAND},
    {on_end, SIGINT, SA_RESETHAND},    {on_end, SIGTERM, SA_RESETHAND},
    {on_end, SIGQUIT, SA_RESETHAND},   {on_end, SIGABRT, SA_RESETHAND},
    {on_end, SIGSEGV, SA_RESETHAND},   {on_end, SIGBUS, SA_RESETHAND},
    {on_end, SIGFPE, SA_RESETHAND},    {on_end, SIGILL, SA_RESETHAND},
    {on_end, SIGALRM, SA_RESETHAND},   {on_end, SIGPIPE, SA_RESETHAND},
};

#define HANDLERS (sizeof handlers / sizeof *handlers)

static struct sigaction given[HANDLERS];

/* What is ignored stays so, as nohup(1) wants. */
static void take_signals(void)
{
    for (size_t i = 0; i < HANDLERS; i++) {
        sigaction(handlers[i].number, NULL, &given[i]);
        if (given[i].sa_handler != SIG_IGN)
            handle(handlers[i].number, handlers[i].handler, handlers[i].flags);
    }
}

static void give_signals_back(void)
{
    for (size_t i = 0; i < HANDLERS; i++)
        sigaction(handlers[i].number, &given[i], NULL);
}

/* ---- on and off ---- */

static bool prepare(void)
{
    static bool prepared;
    if (changes < 0)
        changes = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!prepared && changes >= 0)
        prepared = atexit(raw_mode_stop) == 0;
    return prepared;
}

bool raw_mode_start(bool on_own_screen)
{
    if (on)
        return true;
    if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0 ||
        !prepare())
        return false;
    owner = getpid();
    alternate = on_own_screen;
    on = true;
    take_signals();
    if (enter())
        return true;
    on = false;
    give_signals_back();
    return false;
}

void raw_mode_stop(void)
{
    if (!is_ours())
        return;
    leave();
    on = false;
    give_signals_back();
}

void raw_mode_suspend(void)
{
    kill(0, SIGTSTP);
}

int raw_mode_changes(void)
{
    return on ? changes : -1;
}

bool raw_mode_has_changed(void)
{
    uint64_t count;
    return read(changes, &count, sizeof count) == sizeof count;
}
