/* Quota: how many CPUs a control group leaves, read from files of the test's
 * own. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/quota.h"
#include "tidelock.h"

static char root[] = "/tmp/tidelock-quota-XXXXXX";
static int failures;

static void say(int got, int expected, const char *what)
{
    bool well = got == expected;
    printf("%s - %s", well ? "ok" : "not ok", what);
    if (!well)
        printf(": %d, not %d", got, expected);
    putchar('\n');
    failures += !well;
}

/* Writes a file below the root, and makes its folders. */
static void put(const char *name, const char *text)
{
    char path[4096];
    int start = snprintf(path, sizeof path, "%s/", root);
    snprintf(path + start, sizeof path - (size_t)start, "%s", name);
    for (char *at = path + start; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0700);
            *at = '/';
        }
    FILE *file = fopen(path, "w");
    if (!file)
        exit(1);
    fputs(text, file);
    fclose(file);
}

static void test_unified(void)
{
    say(tl_quota_cpus(root, "0::/\n"), 0, "no file is no limit");
    put("a/b/cpu.max", "max 100000\n");
    say(tl_quota_cpus(root, "0::/a/b\n"), 0, "max is no limit");
    put("a/b/cpu.max", "250000 100000\n");
    say(tl_quota_cpus(root, "0::/a/b\n"), 3, "two and a half are three");
    put("a/b/cpu.max", "1000 100000\n");
    say(tl_quota_cpus(root, "0::/a/b\n"), 1, "little is one");
    put("a/b/cpu.max", "400000 100000\n");
    put("a/cpu.max", "200000 100000\n");
    say(tl_quota_cpus(root, "0::/a/b\n"), 2, "a group above counts");
    say(tl_quota_cpus(root, "0::/a/b"), 2, "the last line has no end");
    say(tl_quota_cpus(root, "0::/a/b/gone\n"), 2, "a missing one is skipped");
    say(tl_quota_cpus(root, "0::/ab\n"), 0, "a brother does not count");
    say(tl_quota_cpus(root, "0::/../a/b\n"), 0, "beside the root is nothing");
    say(tl_quota_cpus(root, "0::/..a/b\n"), 0, "dots may begin a name");
    put("cpu.max", "100000 100000\n");
    say(tl_quota_cpus(root, "0::/a/b\n"), 1, "the root counts");
    say(tl_quota_cpus(root, "0::/../a\n"), 1, "also from beside it");
    put("cpu.max", "100000 0\n");
    put("a/cpu.max", "9999999999999999 1\n");
    say(tl_quota_cpus(root, "0::/a\n"), 2147483647, "much is much");
    put("a/cpu.max", "nonsense");
    say(tl_quota_cpus(root, "0::/a\n"), 0, "nonsense is no limit");
    put("a/cpu.max", "");
    say(tl_quota_cpus(root, "0::/a\n"), 0, "nor is an empty file");
}

static void test_version_1(void)
{
    static const char groups[] = "12:cpuset:/other\n"
                                 "4:cpu,cpuacct:/d/e\n"
                                 "1:name=systemd:/x\n"
                                 "0::/x\n";
    put("cpuset/other/cpu.cfs_quota_us", "100000");
    put("cpuset/other/cpu.cfs_period_us", "100000");
    say(tl_quota_cpus(root, groups), 0, "another controller does not count");
    put("cpu,cpuacct/d/e/cpu.cfs_quota_us", "-1\n");
    put("cpu,cpuacct/d/e/cpu.cfs_period_us", "100000\n");
    say(tl_quota_cpus(root, groups), 0, "-1 is no limit");
    put("cpu,cpuacct/d/e/cpu.cfs_quota_us", "350000\n");
    say(tl_quota_cpus(root, groups), 4, "version 1 is rounded up");
    put("cpu/cpu.cfs_quota_us", "300000\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    say(tl_quota_cpus(root, groups), 3, "its root as a container sees it");
    put("unified/x/cpu.max", "150000 100000\n");
    say(tl_quota_cpus(root, groups), 2, "version 2 beside version 1");
}

static void test_text(void)
{
    say(tl_quota_cpus(root, ""), 0, "an empty text");
    say(tl_quota_cpus(root, "\n:\n::\n0:\n0::\n"), 0, "broken lines");
}

int main(void)
{
    if (!mkdtemp(root))
        return 1;
    test_unified();
    test_version_1();
    test_text();
    say(tl_cpu_count() >= 1 && tl_cpu_count() <= tl_quota_affinity(), true,
        "ours is between 1 and the affinity");
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", root);
    return system(command) == 0 ? failures : 1;
}
