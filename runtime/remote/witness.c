#include "remote/witness.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/standard.h"
#include "remote/answer.h"
#include "remote/identity.h"

/* UNKNOWN: this kernel, or a sandbox, has no pidfds; the lease must do. */
enum { ENDED = -1, UNKNOWN = -2 };

static int open_process(int64_t pid, uint64_t start)
{
    int fd = tl_standard_avoid((int)syscall(SYS_pidfd_open, (pid_t)pid, 0));
    if (fd < 0)
        return errno == ESRCH ? ENDED : UNKNOWN;
    if (tl_identity_start(pid) == start)
        return fd;
    close(fd);
    return ENDED;
}

static size_t find(const struct tl_witness *witness, const char *id,
                   size_t size)
{
    size_t i = 0;
    while (i < witness->count &&
           (strlen(witness->watched[i].id) != size ||
            memcmp(witness->watched[i].id, id, size) != 0))
        i++;
    return i;
}

static void add(struct tl_witness *witness, const char *id, size_t size,
                int64_t pid, uint64_t start)
{
    size_t i = find(witness, id, size);
    if (i == witness->count) {
        if (i == TL_WITNESS_MOST || size == 0 || size >= TL_SESSION_ID ||
            pid <= 0)
            return;
        int fd = open_process(pid, start);
        if (fd == UNKNOWN)
            return;
        memcpy(witness->watched[i].id, id, size);
        witness->watched[i].id[size] = '\0';
        witness->watched[i].fd = fd;
        witness->count++;
    }
    witness->watched[i].kept = true;
}

static void forget(struct tl_witness *witness, size_t i)
{
    if (witness->watched[i].fd >= 0)
        close(witness->watched[i].fd);
    witness->watched[i] = witness->watched[--witness->count];
}

void tl_witness_set(struct tl_witness *witness, struct tl_answer *answer,
                    bool besides)
{
    const char *id;
    size_t size;
    for (size_t i = 0; i < witness->count; i++)
        witness->watched[i].kept = besides;
    while (tl_answer_next(answer, &id, &size)) {
        int64_t pid = tl_answer_number(answer);
        add(witness, id, size, pid, (uint64_t)tl_answer_number(answer));
    }
    for (size_t i = witness->count; i-- > 0;)
        if (!witness->watched[i].kept)
            forget(witness, i);
}

size_t tl_witness_poll(const struct tl_witness *witness, struct pollfd *polled)
{
    for (size_t i = 0; i < witness->count; i++)
        polled[i] =
            (struct pollfd){.fd = witness->watched[i].fd, .events = POLLIN};
    return witness->count;
}

bool tl_witness_has_ended(const struct tl_witness *witness)
{
    for (size_t i = 0; i < witness->count; i++)
        if (witness->watched[i].fd < 0)
            return true;
    return false;
}

bool tl_witness_take(struct tl_witness *witness, const struct pollfd *polled,
                     char id[TL_SESSION_ID])
{
    for (size_t i = 0; i < witness->count; i++)
        if (polled[i].revents || witness->watched[i].fd < 0) {
            memcpy(id, witness->watched[i].id, TL_SESSION_ID);
            forget(witness, i);
            return true;
        }
    return false;
}

void tl_witness_drop(struct tl_witness *witness)
{
    while (witness->count > 0)
        forget(witness, 0);
}
