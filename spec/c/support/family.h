/*
 * Family: runs tests that kill, stop and leave behind processes, each in a
 * family of processes of its own, which ends with the test.  A test with `most`
 * runs again and again, with die_at from 1 to that: for a task that dies at
 * each of its steps.
 */
#ifndef FAMILY_H
#define FAMILY_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tidelock.h"

struct test {
    const char *name;
    bool (*run)(void);
    long most; /* 0: once */
};

static long die_at;

/* How to run the tests of one file. */
struct family {
    const struct test *tests;
    size_t count;
    const char *claim;     /* what they show, before each name */
    bool (*prepare)(void); /* in each family, before its test; NULL: tl_init */
    unsigned limit;        /* seconds */
    void *shared;          /* zeroed before each test, by family_share */
    size_t shared_size;
};

/* Memory in which the processes of a test tell each other things. */
static inline void *family_share(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                -1, 0);
}

static inline bool family_passes(const struct family *family,
                                 const struct test *test)
{
    if (family->shared)
        memset(family->shared, 0, family->shared_size);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        alarm(family->limit);
        bool well =
            (family->prepare ? family->prepare() : tl_init() == TL_OK) &&
            test->run();
        fflush(stdout);
        _exit(well ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    kill(-pid, SIGKILL);
    if (WIFSIGNALED(status))
        printf("# %s\n", strsignal(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline bool family_passes_all(const struct family *family,
                                     const struct test *test)
{
    for (die_at = 1; die_at <= test->most || die_at == 1; die_at++) {
        if (!family_passes(family, test)) {
            if (test->most)
                printf("# at step %ld\n", die_at);
            return false;
        }
    }
    return true;
}

/* Runs the tests whose names contain `wanted`; NULL: all.  Returns the exit
 * status. */
static inline int family_run(const struct family *family, const char *wanted)
{
    int failed = 0;
    for (size_t i = 0; i < family->count; i++) {
        const struct test *test = &family->tests[i];
        if (wanted && !strstr(test->name, wanted))
            continue;
        bool well = family_passes_all(family, test);
        failed += !well;
        printf("%sok - %s%s\n", well ? "" : "not ", family->claim, test->name);
        fflush(stdout);
    }
    return failed > 0;
}

/* The same as a test program's main: where there is no `claim`, none stands
 * before the names, and where nothing prepares, the runtime is made. */
static inline int family_main(struct family family, int count, char **arguments)
{
    if (!family.claim)
        family.claim = "";
    return family_run(&family, count > 1 ? arguments[1] : NULL);
}

#endif
