#include "process/thread_signals.h"

#include <pthread.h>
#include <stdbool.h>

#include "park/park.h"
#include "tidelock.h"

enum { MOST = 64 };

static const int own[] = {SIGSEGV, SIGBUS,  SIGFPE,        SIGILL,  SIGTRAP,
                          SIGSYS,  SIGABRT, SIGPIPE,       SIGXFSZ, SIGTTIN,
                          SIGTTOU, SIGPROF, TL_PARK_SIGNAL};

/* Bits, since a sigset_t has 1024 of them, and a module's thread-local memory
 * is little. */
static _Thread_local uint64_t inherited;
static _Thread_local bool blocks;

static uint64_t bits_of(const sigset_t *mask)
{
    uint64_t bits = 0;
    for (int signal = 1; signal <= MOST; signal++)
        if (sigismember(mask, signal) == 1)
            bits |= UINT64_C(1) << (signal - 1);
    return bits;
}

void tl_thread_signals_inherited(sigset_t *mask)
{
    pthread_sigmask(SIG_SETMASK, NULL, mask);
    if (!blocks)
        return;
    sigemptyset(mask);
    for (int signal = 1; signal <= MOST; signal++)
        if (inherited >> (signal - 1) & 1)
            sigaddset(mask, signal);
}

void tl_thread_signals_begin(sigset_t *before)
{
    sigset_t others;
    sigfillset(&others);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&others, own[i]);
    pthread_sigmask(SIG_BLOCK, &others, before);
}

void tl_thread_signals_end(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void forked(void)
{
    sigset_t mask;
    if (!blocks)
        return;
    tl_thread_signals_inherited(&mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    blocks = false;
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forked);
}

void tl_thread_signals_adopt(const sigset_t *mask)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    inherited = bits_of(mask);
    blocks = true;
    pthread_once(&once, watch_forks);
}
