#include "net/listener.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/standard.h"
#include "net/channel.h"
#include "wait/checkpoint.h"
#include "wait/descriptor.h"

/* How long a caller may take to greet. */
#define PATIENCE (5 * TL_SECOND)

enum { CALLERS_AT_ONCE = 8 };

static void watch_exit(void)
{
    static bool watched;
    if (!watched)
        atexit(tl_socket_file_remove_all);
    watched = true;
}

int tl_listener_new(struct tl_listener **out, const char *address,
                    const struct tl_channel_options *options)
{
    int status = tl_enter_home(TL_OP_LISTENER_OPEN);
    if (status < 0)
        return status;
    struct tl_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return TL_NO_MEMORY;
    listener->fd = listener->met = -1;
    listener->maker = listener->user = getpid();
    listener->max_message = options->max_message;
    if (options->name)
        snprintf(listener->name, sizeof listener->name, "%s", options->name);
    status = tl_secret_copy(&listener->key, options->key, options->key_size);
    if (status == TL_OK)
        status = tl_socket_file_make(listener, address);
    if (status < 0) {
        int error = errno;
        tl_listener_close(listener);
        errno = error;
        return status;
    }
    watch_exit();
    *out = listener;
    return TL_OK;
}

const char *tl_listener_address(const struct tl_listener *listener)
{
    return listener->address;
}

const char *tl_listener_name(const struct tl_listener *listener)
{
    return listener->name;
}

uint64_t tl_listener_refused(const struct tl_listener *listener)
{
    return listener->refused;
}

/* ---- callers ---- */

static void strike_out(struct tl_listener *listener, unsigned i)
{
    struct tl_caller *caller = &listener->callers[i];
    listener->count--;
    memmove(caller, caller + 1, (listener->count - i) * sizeof *caller);
}

static void turn_away(struct tl_listener *listener, unsigned i)
{
    close(listener->callers[i].fd);
    strike_out(listener, i);
    listener->refused++;
}

/* Turns one caller away, to make room for another: see net/listener.h. */
static void turn_one_away(struct tl_listener *listener)
{
    unsigned i = 0;
    while (i < listener->count &&
           tl_greeting_heard(&listener->callers[i].greeting))
        i++;
    turn_away(listener, i < listener->count ? i : 0);
}

static void take_caller(struct tl_listener *listener, int fd)
{
    if (listener->count == TL_CALLERS_MOST)
        turn_one_away(listener);
    struct tl_caller *caller = &listener->callers[listener->count];
    caller->fd = fd;
    caller->since = tl_clock_now();
    if (tl_greeting_begin(&caller->greeting, true, &listener->key) < 0) {
        close(fd);
        return;
    }
    tl_address_tune(fd);
    tl_pollable_add(&listener->pollable, fd);
    listener->count++;
}

/* Whether the error concerns only one caller, before or while it was accepted,
 * and not the listener. */
static bool is_passing(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

/* Takes callers that have arrived: a few at a time, so that those that greet
 * have their turn. */
static int take_callers(struct tl_listener *listener)
{
    for (int i = 0; i < CALLERS_AT_ONCE; i++) {
        int fd = tl_standard_avoid(
            accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd >= 0)
            take_caller(listener, fd);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return TL_OK;
        else if (!is_passing(errno) && listener->count == 0)
            return TL_SYSTEM;
        else if (!is_passing(errno)) /* too many descriptors: one less */
            turn_one_away(listener);
    }
    return TL_OK;
}

/* Goes on with all that greet; the socket of one that has greeted, or -1. */
static int greet_callers(struct tl_listener *listener)
{
    int64_t now = tl_clock_now();
    for (unsigned i = 0; i < listener->count;) {
        struct tl_caller *caller = &listener->callers[i];
        int status =
            tl_greeting_step(&caller->greeting, caller->fd, &listener->key);
        if (status == TL_OK) {
            int fd = caller->fd;
            strike_out(listener, i);
            return fd;
        }
        if (status < 0 || now - caller->since > PATIENCE)
            turn_away(listener, i);
        else
            i++;
    }
    return -1;
}

/* 1: one has greeted, and is set aside; else 0, or a status. */
static int serve(struct tl_listener *listener)
{
    if (listener->fd < 0)
        return TL_CLOSED;
    if (listener->met < 0) {
        int status = take_callers(listener);
        if (status < 0)
            return status;
        listener->met = greet_callers(listener);
        tl_pollable_say(&listener->pollable, listener->met >= 0);
    }
    return listener->met >= 0;
}

/* Fills in the descriptors that may bring a caller further; how many. */
static unsigned watch_callers(const struct tl_listener *listener,
                              struct pollfd *fds)
{
    fds[0] = (struct pollfd){.fd = listener->fd, .events = POLLIN};
    for (unsigned i = 0; i < listener->count; i++)
        fds[i + 1] = (struct pollfd){
            .fd = listener->callers[i].fd,
            .events = tl_greeting_events(&listener->callers[i].greeting)};
    return listener->count + 1;
}

/* Waits until a caller arrives, says something, or has been silent too long. */
static int await_callers(const struct tl_listener *listener,
                         tl_deadline deadline)
{
    struct pollfd fds[1 + TL_CALLERS_MOST];
    unsigned count = watch_callers(listener, fds);
    tl_deadline first = deadline;
    if (listener->count > 0)
        first = tl_clock_earlier(deadline,
                                 listener->callers[0].since + PATIENCE + 1);
    return tl_descriptor_wait(fds, count, first);
}

/* After a fork, forgets the callers that greet: they are the parent's. */
static void settle_fork(struct tl_listener *listener)
{
    if (listener->user == getpid())
        return;
    for (unsigned i = 0; i < listener->count; i++)
        close(listener->callers[i].fd);
    if (listener->met >= 0)
        close(listener->met);
    listener->met = -1;
    listener->count = 0;
    listener->user = getpid();
}

int tl_listener_accept(struct tl_listener *listener, struct tl_channel **out,
                       tl_deadline deadline)
{
    int status = tl_enter_home(TL_OP_LISTENER_ACCEPT);
    if (status < 0)
        return status;
    settle_fork(listener);
    for (;;) {
        bool last = tl_clock_passed(deadline);
        status = serve(listener);
        if (status < 0)
            return status;
        if (status > 0) {
            int fd = listener->met;
            listener->met = -1;
            tl_pollable_say(&listener->pollable, false);
            *out =
                tl_channel_adopt(fd, listener->address, listener->max_message);
            return *out ? TL_OK : TL_NO_MEMORY;
        }
        if (last)
            return TL_TIMEOUT;
        status = await_callers(listener, deadline);
        if (status < 0 && status != TL_TIMEOUT)
            return status;
    }
}

int tl_listener_look(void *state, struct pollfd *polled, unsigned *count)
{
    struct tl_listener *listener = state;
    settle_fork(listener);
    int status = serve(listener);
    if (status == 0)
        *count = watch_callers(listener, polled);
    /* closed by a callback: accept would not wait */
    return status == TL_CLOSED ? 1 : status;
}

void tl_listener_end(struct tl_listener *listener)
{
    tl_socket_file_remove(listener);
    for (unsigned i = 0; i < listener->count; i++)
        close(listener->callers[i].fd);
    listener->count = 0;
    if (listener->met >= 0)
        close(listener->met);
    if (listener->fd >= 0)
        close(listener->fd);
    listener->met = listener->fd = -1;
    tl_pollable_close(&listener->pollable);
}

int tl_listener_fd(struct tl_listener *listener)
{
    if (tl_pollable_is_open(&listener->pollable))
        return listener->pollable.set;
    settle_fork(listener);
    int fd = tl_pollable_open(&listener->pollable);
    tl_pollable_add(&listener->pollable, listener->fd);
    for (unsigned i = 0; i < listener->count; i++)
        tl_pollable_add(&listener->pollable, listener->callers[i].fd);
    tl_pollable_say(&listener->pollable, listener->met >= 0);
    return fd;
}

void tl_listener_close(struct tl_listener *listener)
{
    tl_listener_end(listener);
    tl_secret_forget(&listener->key);
    free(listener->path);
    free(listener->address);
    free(listener);
}
