#include "remote/mailbox.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/standard.h"
#include "public/status.h"

bool tl_mailbox_add(struct tl_mailboxes *all, struct tl_mailbox *mailbox,
                    const char *task)
{
    *mailbox = (struct tl_mailbox){
        .fd = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))};
    if (mailbox->fd < 0)
        return false;
    pthread_mutex_lock(&all->guard);
    if (task)
        snprintf(mailbox->task, sizeof mailbox->task, "%s", task);
    else
        snprintf(mailbox->task, sizeof mailbox->task, "%u", ++all->tasks);
    mailbox->next = all->first;
    all->first = mailbox;
    pthread_mutex_unlock(&all->guard);
    return true;
}

void tl_mailbox_remove(struct tl_mailboxes *all, struct tl_mailbox *mailbox)
{
    pthread_mutex_lock(&all->guard);
    struct tl_mailbox **at = &all->first;
    while (*at && *at != mailbox)
        at = &(*at)->next;
    if (*at)
        *at = mailbox->next;
    pthread_mutex_unlock(&all->guard);
    if (mailbox->has_bell)
        tl_answer_drop(&mailbox->bell);
    if (mailbox->fd >= 0)
        close(mailbox->fd);
    mailbox->fd = -1;
}

static struct tl_mailbox *find(struct tl_mailboxes *all, const char *task,
                               size_t size)
{
    struct tl_mailbox *at = all->first;
    while (at &&
           (strlen(at->task) != size || memcmp(at->task, task, size) != 0))
        at = at->next;
    return at;
}

void tl_mailbox_ring(struct tl_mailboxes *all, const char *task, size_t size,
                     struct tl_answer *bell)
{
    pthread_mutex_lock(&all->guard);
    struct tl_mailbox *mailbox = find(all, task, size);
    if (mailbox) {
        if (mailbox->has_bell)
            tl_answer_drop(&mailbox->bell);
        mailbox->bell = *bell;
        mailbox->has_bell = true;
        eventfd_write(mailbox->fd, 1);
    }
    pthread_mutex_unlock(&all->guard);
    if (!mailbox)
        tl_answer_drop(bell);
}

void tl_mailbox_wake_all(struct tl_mailboxes *all)
{
    pthread_mutex_lock(&all->guard);
    for (struct tl_mailbox *at = all->first; at; at = at->next) {
        at->recheck = true;
        eventfd_write(at->fd, 1);
    }
    pthread_mutex_unlock(&all->guard);
}

/* Under the guard: empties the eventfd, and drops the bell of an earlier wait.
 */
static void tidy(struct tl_mailbox *mailbox, uint64_t sequence)
{
    eventfd_t count;
    eventfd_read(mailbox->fd, &count);
    if (mailbox->has_bell && mailbox->bell.sequence != sequence) {
        tl_answer_drop(&mailbox->bell);
        mailbox->has_bell = false;
    }
}

int tl_mailbox_take(struct tl_mailboxes *all, struct tl_mailbox *mailbox,
                    uint64_t sequence, struct tl_answer *out)
{
    int status = TL_EMPTY;
    pthread_mutex_lock(&all->guard);
    tidy(mailbox, sequence);
    if (mailbox->has_bell) {
        *out = mailbox->bell;
        mailbox->has_bell = false;
        status = TL_OK;
    } else if (mailbox->recheck) {
        status = TL_ABANDONED;
    }
    mailbox->recheck = false;
    pthread_mutex_unlock(&all->guard);
    return status;
}

bool tl_mailbox_look(struct tl_mailboxes *all, struct tl_mailbox *mailbox,
                     uint64_t sequence)
{
    pthread_mutex_lock(&all->guard);
    tidy(mailbox, sequence);
    bool ready = mailbox->has_bell || mailbox->recheck;
    pthread_mutex_unlock(&all->guard);
    return ready;
}

void tl_mailbox_forget_all(struct tl_mailboxes *all)
{
    for (struct tl_mailbox *at = all->first; at; at = at->next) {
        close(at->fd);
        at->fd = -1;
    }
    all->first = NULL;
    all->tasks = 0;
}
