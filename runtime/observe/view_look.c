/*
 * View look: reads where anything may lead nowhere.
 *
 * What a signal does is the whole process's affair: while any thread looks, a
 * fault comes here.  One that no look of its thread has made is handed back to
 * whom it belonged to before, as if nobody had looked; a look that leads
 * nowhere right then ends the process, which such a fault does anyway.
 */
#include <setjmp.h>
#include <signal.h>

#include "memory/arena.h"
#include "observe/view.h"
#include "tasks/process_lock.h"

static const int faults[] = {SIGSEGV, SIGBUS};
#define FAULTS (sizeof faults / sizeof *faults)

/* Of the look that this thread is in; or NULL. */
static _Thread_local sigjmp_buf *volatile back;

/* Both change with the process lock held. */
static unsigned lookers;
static struct sigaction given[FAULTS];

static void hand_back(int number)
{
    for (size_t i = 0; i < FAULTS; i++)
        if (faults[i] == number)
            sigaction(number, &given[i], NULL);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (back)
        siglongjmp(*back, 1);
    hand_back(number);
    /* an instruction that faults does so again; what was sent comes no more */
    if (info->si_code <= 0)
        raise(number);
}

/* While any thread looks: at other times a fault is somebody else's. */
static void catch_faults(void)
{
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    tl_process_lock_take();
    if (lookers++ == 0)
        for (size_t i = 0; i < FAULTS; i++)
            sigaction(faults[i], &action, &given[i]);
    tl_process_lock_drop();
}

static void let_faults_be(void)
{
    tl_process_lock_take();
    if (--lookers == 0)
        for (size_t i = 0; i < FAULTS; i++)
            hand_back(faults[i]);
    tl_process_lock_drop();
}

bool tl_view_try(int view, void (*look)(void *context), void *context)
{
    unsigned here = tl_arena;
    volatile bool well = false;
    sigjmp_buf place;
    catch_faults();
    tl_arena_go((unsigned)view);
    if (sigsetjmp(place, 0) == 0) {
        back = &place;
        look(context);
        well = true;
    }
    back = NULL;
    tl_arena_go(here);
    let_faults_be();
    return well;
}
