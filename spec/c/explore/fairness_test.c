/*
 * Fairness and findings: who is tied for looking again and again, and whose an
 * object is.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "explore/fairness.h"
#include "explore/findings.h"
#include "support/lower.h"

static struct tl_fairness one, other;
static uint64_t writes;

static void begin(void)
{
    one = other = (struct tl_fairness){0};
    writes = 0;
}

static bool looks(struct tl_fairness *it, uint64_t object, uint32_t line)
{
    struct tl_pending pending = {.object = object,
                                 .part = UINT64_MAX,
                                 .operation = TL_OP_VALUE_GET,
                                 .access = TL_ACCESS_READS};
    return tl_fairness_step(it, &writes, &pending, 1, line);
}

static bool writes_to(struct tl_fairness *it, uint64_t object)
{
    struct tl_pending pending = {.object = object,
                                 .part = UINT64_MAX,
                                 .operation = TL_OP_VALUE_SET,
                                 .access = TL_ACCESS_WRITES};
    return tl_fairness_step(it, &writes, &pending, 1, 5);
}

/* How many looks it takes until it is tied; so many at most. */
static int looks_until_tied(struct tl_fairness *it, uint64_t object,
                            uint32_t line, int most)
{
    int n = 1;
    while (n <= most && !looks(it, object, line))
        n++;
    return n;
}

static bool third_look(void)
{
    begin();
    return looks_until_tied(&one, 1, 7, 9) == 3 && looks(&one, 1, 7);
}

static bool elsewhere(void)
{
    begin();
    return looks_until_tied(&one, 1, 7, 2) == 3 && !looks(&one, 1, 8) &&
           !looks(&one, 2, 7) && !looks(&other, 1, 7) && looks(&one, 1, 7);
}

static bool several_in_a_loop(void)
{
    begin();
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 1; k <= TL_FAIRNESS_SPOTS; k++)
            if (looks(&one, k, 10 + k))
                return false;
    return looks(&one, 1, 11) && looks(&one, 2, 12);
}

static bool parts(void)
{
    struct tl_pending pending = {
        .object = 1, .operation = TL_OP_ARRAY_GET, .access = TL_ACCESS_READS};
    begin();
    for (pending.part = 0; pending.part < 100; pending.part++)
        if (tl_fairness_step(&one, &writes, &pending, 1, 7))
            return false;
    return true;
}

static bool others_write(void)
{
    begin();
    looks(&one, 1, 7);
    looks(&one, 1, 7);
    writes_to(&other, 9);
    return looks_until_tied(&one, 1, 7, 9) == 3;
}

/* A loop that changes what it has looked at gets somewhere; one that counts its
 * rounds does not. */
static bool it_writes_itself(void)
{
    begin();
    for (int i = 0; i < 10; i++)
        if (looks(&one, 1, 7) || writes_to(&one, 1))
            return false;
    begin();
    for (int i = 0; i < 2; i++)
        if (looks(&one, 1, 7) || writes_to(&one, 2))
            return false;
    return looks(&one, 1, 7);
}

static bool yields(void)
{
    struct tl_pending pending = {.operation = TL_OP_YIELD,
                                 .access = TL_ACCESS_READS};
    begin();
    bool tied = tl_fairness_step(&one, &writes, &pending, 1, 7);
    pending.operation = TL_OP_SLEEP;
    return tied && !tl_fairness_step(&one, &writes, &pending, 1, 7);
}

/* ---- findings ---- */

static struct tl_findings *findings;

static bool own_until_shared(void)
{
    bool nobodys = tl_findings_is_own(findings, 5, 1);
    tl_findings_touch(findings, 5, 1);
    tl_findings_touch(findings, 5, 1);
    bool first = tl_findings_is_own(findings, 5, 1) &&
                 !tl_findings_is_own(findings, 5, 2) &&
                 tl_findings_is_own(findings, 6, 2);
    tl_findings_touch(findings, 5, 2);
    tl_findings_touch(findings, 5, 1);
    return nobodys && first && !tl_findings_is_own(findings, 5, 1) &&
           !tl_findings_is_own(findings, 5, 2);
}

static bool same_place(void)
{
    for (uint64_t i = 1; i <= 10; i++)
        tl_findings_touch(findings, 77 + i * TL_FINDINGS_OBJECTS, i);
    for (uint64_t i = 1; i <= 10; i++)
        if (!tl_findings_is_own(findings, 77 + i * TL_FINDINGS_OBJECTS, i) ||
            tl_findings_is_own(findings, 77 + i * TL_FINDINGS_OBJECTS, i + 1))
            return false;
    return true;
}

/* What has no room is shared. */
static bool full(void)
{
    uint64_t least = UINT64_C(1000) * TL_FINDINGS_OBJECTS;
    for (uint64_t i = 0; i < TL_FINDINGS_OBJECTS + 100; i++)
        tl_findings_touch(findings, least + i, 3);
    tl_findings_touch(findings, 3 * least, 3);
    return tl_findings_is_own(findings, least + 20000, 3) &&
           !tl_findings_is_own(findings, 3 * least, 3);
}

/* Two explorers at once: each object has one entry, and is shared. */
static bool at_once(void)
{
    enum { OBJECTS = 20000 };
    pid_t pid = fork();
    for (uint64_t i = 1; i <= OBJECTS; i++)
        for (int twice = 0; twice < 2; twice++)
            tl_findings_touch(findings, i * 3, pid ? 1 : 2);
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    uint32_t entries = 0;
    for (uint32_t i = 0; i < TL_FINDINGS_OBJECTS; i++)
        entries += findings->objects[i].identity != 0;
    for (uint64_t i = 1; i <= OBJECTS; i++)
        if (tl_findings_is_own(findings, i * 3, 1) ||
            tl_findings_is_own(findings, i * 3, 2))
            return false;
    return entries == OBJECTS;
}

static void fresh(void)
{
    findings = mmap(NULL, sizeof *findings, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (findings == MAP_FAILED)
        exit(1);
}

int main(void)
{
    say(third_look(), "the third look at the same place ties");
    say(elsewhere(), "a look elsewhere, or by another, is another look");
    say(several_in_a_loop(), "several looks in a loop are told apart");
    say(parts(), "a walk through the parts of an object does not tie");
    say(others_write(), "a write by another begins it anew");
    say(it_writes_itself(), "so does its own, to that object");
    say(yields(), "a yield ties, a sleep does not");
    fresh();
    say(own_until_shared(), "an object is its toucher's until another comes");
    say(same_place(), "objects that hash to one place are told apart");
    say(full(), "what has no room is shared");
    fresh();
    say(at_once(), "two explorers find the same");
    return lower_failures;
}
