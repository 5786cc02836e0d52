/*
 * Quota: how many CPUs the program may use.
 *
 * A container on a machine of 64 CPUs that is given the time of two may run on
 * all of them: what limits it is no affinity, but the quota of its control
 * group, or of a group above.  The smallest quota counts.
 *
 * Limits: what stands above a container's root cannot be seen from inside.
 */
#ifndef TL_QUOTA_H
#define TL_QUOTA_H

/* How many it may run on; at least 1. */
int tl_quota_affinity(void);

/* How many CPUs' time it is given, rounded up, at least 1; 0: no limit.
 * `groups` is the text of /proc/self/cgroup; `root` is where control groups are
 * mounted: version 2 there or in its `unified`, version 1 in a folder named by
 * its controllers.  Folders of a group's path that are not there are passed
 * over: a container may see its own group as the root. */
int tl_quota_cpus(const char *root, const char *groups);

#endif
