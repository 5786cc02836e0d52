#include "base/quota.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/procfs.h"
#include "base/world.h"
#include "tidelock.h"

#define ROOT "/sys/fs/cgroup"
#define PATH_MOST 4096

int tl_quota_affinity(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

/* ---- one folder ---- */

/* 0: no limit. */
static int round_up(long long quota, long long period)
{
    if (quota <= 0 || period <= 0)
        return 0;
    long long count = quota / period + (quota % period != 0);
    return count < INT_MAX ? (int)count : INT_MAX;
}

/* The numbers in a file of the folder; how many there are, or 0: also for
 * "max". */
static int read_numbers(const char *folder, const char *name,
                        long long numbers[2])
{
    char path[PATH_MOST], text[64];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (size < 0 || (size_t)size >= sizeof path ||
        !tl_procfs_text(path, text, sizeof text))
        return 0;
    int count = 0;
    for (char *at = text, *end; count < 2; count++, at = end) {
        numbers[count] = strtoll(at, &end, 10);
        if (end == at)
            break;
    }
    return count;
}

static int limit_of(const char *folder, bool unified)
{
    long long numbers[2] = {0, 0}, period[2] = {0, 0};
    if (unified)
        return read_numbers(folder, "cpu.max", numbers) == 2
                   ? round_up(numbers[0], numbers[1])
                   : 0;
    return read_numbers(folder, "cpu.cfs_quota_us", numbers) > 0 &&
                   read_numbers(folder, "cpu.cfs_period_us", period) > 0
               ? round_up(numbers[0], period[0])
               : 0;
}

/* ---- a group and those above it ---- */

static int smaller(int a, int b)
{
    if (a == 0 || b == 0)
        return a + b;
    return a < b ? a : b;
}

/* A group beside our root, as a namespace shows it, is not below the mount. */
static bool leads_out(const char *path, size_t size)
{
    for (size_t i = 0; i + 3 <= size; i++)
        if (memcmp(path + i, "/..", 3) == 0 &&
            (i + 3 == size || path[i + 3] == '/'))
            return true;
    return false;
}

/* Of the group and of all above it, up to the mount. */
static int limit_up(const char *mount, const char *group, size_t size,
                    bool unified)
{
    char folder[PATH_MOST];
    size_t base = strlen(mount);
    if (leads_out(group, size))
        size = 0;
    if (base + size >= sizeof folder)
        return 0;
    memcpy(folder, mount, base);
    memcpy(folder + base, group, size);
    folder[base + size] = '\0';
    int limit = 0;
    for (char *end = folder + base + size;;) {
        limit = smaller(limit, limit_of(folder, unified));
        if (end <= folder + base)
            return limit;
        do
            end--;
        while (end > folder + base && *end != '/');
        *end = '\0';
    }
}

static int limit_in(const char *root, const char *mount, size_t mount_size,
                    const char *group, size_t size, bool unified)
{
    char path[PATH_MOST];
    int length =
        snprintf(path, sizeof path, "%s/%.*s", root, (int)mount_size, mount);
    if (length < 0 || (size_t)length >= sizeof path)
        return 0;
    return limit_up(path, group, size, unified);
}

/* ---- the lines of /proc/self/cgroup: number:controllers:path ---- */

static bool has_cpu(const char *names, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t end = at;
        while (end < size && names[end] != ',')
            end++;
        if (end - at == 3 && memcmp(names + at, "cpu", 3) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

static int limit_of_line(const char *root, const char *line, const char *end)
{
    const char *names = memchr(line, ':', (size_t)(end - line));
    if (!names)
        return 0;
    names++;
    const char *group = memchr(names, ':', (size_t)(end - names));
    if (!group)
        return 0;
    group++;
    size_t count = (size_t)(group - 1 - names), size = (size_t)(end - group);
    if (count == 0)
        return smaller(limit_in(root, "", 0, group, size, true),
                       limit_in(root, "unified", 7, group, size, true));
    if (!has_cpu(names, count))
        return 0;
    /* mounted by all its controllers, mostly with a link by each */
    return smaller(limit_in(root, names, count, group, size, false),
                   limit_in(root, "cpu", 3, group, size, false));
}

int tl_quota_cpus(const char *root, const char *groups)
{
    int limit = 0;
    while (*groups) {
        const char *end = strchrnul(groups, '\n');
        limit = smaller(limit, limit_of_line(root, groups, end));
        groups = *end ? end + 1 : end;
    }
    return limit;
}

/* ---- ours ---- */

static int own_quota(void)
{
    char groups[PATH_MOST];
    if (!tl_procfs_text("/proc/self/cgroup", groups, sizeof groups))
        return 0;
    return tl_quota_cpus(ROOT, groups);
}

int tl_cpu_count(void)
{
    if (tl_world)
        return tl_world->cpus();
    return smaller(tl_quota_affinity(), own_quota());
}
