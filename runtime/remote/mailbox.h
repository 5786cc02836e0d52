/*
 * Mailbox: where a task finds the answer that it waits for.
 *
 * The bells' thread puts the answer there and writes to `fd`, an eventfd; the
 * task sleeps on that, as on any descriptor, and takes the answer only where
 * its number is that of the request.  So an old bell is dropped; and a bell
 * that comes between a look and the sleep is seen, as the eventfd stays
 * readable until the next look.
 *
 * All mailboxes of a session are in one list, under one lock: nothing that
 * sleeps is done under it, and a fork takes it, so that the child's is free and
 * its list whole.
 */
#ifndef TL_MAILBOX_H
#define TL_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>

#include "remote/answer.h"

struct tl_mailbox {
    struct tl_mailbox *next;
    char task[24]; /* constant */
    int fd;
    bool has_bell;
    bool recheck; /* bells may have been lost, or the session is */
    struct tl_answer bell;
};

struct tl_mailboxes {
    pthread_mutex_t guard; /* of all that is here, and of each mailbox */
    struct tl_mailbox *first;
    unsigned tasks; /* the number given last */
};

/* Adds a mailbox for the task, or where that is NULL for a new one, which gets
 * the next number.  False: no descriptor is left. */
bool tl_mailbox_add(struct tl_mailboxes *all, struct tl_mailbox *mailbox,
                    const char *task);
void tl_mailbox_remove(struct tl_mailboxes *all, struct tl_mailbox *mailbox);

/* Takes the answer for the task's mailbox; drops it where there is none. */
void tl_mailbox_ring(struct tl_mailboxes *all, const char *task, size_t size,
                     struct tl_answer *bell);

/* All look again. */
void tl_mailbox_wake_all(struct tl_mailboxes *all);

/* What there is for the request of that number: TL_OK, with the answer;
 * TL_ABANDONED: nothing, but look again; TL_EMPTY. */
int tl_mailbox_take(struct tl_mailboxes *all, struct tl_mailbox *mailbox,
                    uint64_t sequence, struct tl_answer *out);
/* Whether that would be anything but TL_EMPTY. */
bool tl_mailbox_look(struct tl_mailboxes *all, struct tl_mailbox *mailbox,
                     uint64_t sequence);

/* In a child of a fork, which has the lock: forgets all, which are the
 * parent's. */
void tl_mailbox_forget_all(struct tl_mailboxes *all);

#endif
