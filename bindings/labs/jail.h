/*
 * Jail: what a process that grades can reach.
 *
 * Where the system allows it (root, or user namespaces) it has namespaces of
 * its own: of mounts, in which there is nothing but the system's libraries and
 * the folders that are named, all read-only, and a file system in memory of 64
 * MiB; of processes, which all end with the first one; a network without
 * interfaces; System V's IPC.  It has no privilege and can get none; started as
 * root, it is a user of its own.
 *
 * Where no namespaces are allowed, as in most containers, the resources are
 * limited and the privileges dropped all the same: started as root, it is a
 * user of its own that can write nothing of others (JAIL_USER), else the user
 * who grades (JAIL_NONE).
 *
 * Limits: the kernel is the same.  Without namespaces the file system and the
 * network are those of the machine.  The CPU is shared.
 */
#ifndef JAIL_H
#define JAIL_H

#include <stdbool.h>
#include <stddef.h>

struct jail {
    const char *const *folders; /* to be seen at their own paths; then NULL */
    double cpu;                 /* seconds of each process */
    double memory;              /* bytes of each process that are its own */
    int processes;              /* at a time */
    int number;                 /* of those that run at a time, from 0 */
};

enum jail_kind { JAIL_NONE, JAIL_USER, JAIL_WHOLE };

/* First, in a process of one thread; the process it forks next, and no other,
 * is to call jail_close.  False: one of that kind is not allowed here. */
bool jail_open(enum jail_kind kind);

/* In the forked process: false: it could not, and is to end; errno and `step`
 * tell where. */
bool jail_close(const struct jail *jail, enum jail_kind kind,
                const char **step);

#endif
