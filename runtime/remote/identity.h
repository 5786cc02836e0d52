/*
 * Identity: who this process is, for other machines: the machine, and the
 * process on it.
 */
#ifndef TL_IDENTITY_H
#define TL_IDENTITY_H

#include <stdint.h>

struct tl_identity {
    char host[65];     /* for people */
    char machine[100]; /* pids mean the same where this is the same */
    char program[65];
    int64_t pid;
    uint64_t start; /* of the pid: ticks since the machine started */
};

void tl_identity_read(struct tl_identity *identity);

/* When a process of this machine started; 0: there is none. */
uint64_t tl_identity_start(int64_t pid);

#endif
