#include "wire/wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "wire/dial.h"
#include "wire/endpoint.h"
#include "wire/tls.h"

#define PIECE 16384

static int broken(struct tl_wire *wire, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wire->trouble, sizeof wire->trouble, format, arguments);
    va_end(arguments);
    tl_wire_close(wire);
    return status;
}

/* ---- the bounds of what is read ---- */

static struct tl_wire *wire_of(const redisReadTask *task)
{
    return task->privdata;
}

#if HIREDIS_MAJOR >= 1
typedef size_t count_type;
#else
typedef int count_type;
#endif

/* NULL makes the reader fail. */
static void *create_array(const redisReadTask *task, count_type count)
{
    struct tl_wire *wire = wire_of(task);
    if (count > 0 && (size_t)count > TL_WIRE_ITEMS - wire->items)
        return NULL;
    wire->items += count > 0 ? (size_t)count : 0;
    return wire->usual->createArray(task, count);
}

static bool make_reader(struct tl_wire *wire)
{
    wire->reader = redisReaderCreate();
    if (!wire->reader)
        return false;
    wire->usual = wire->reader->fn;
    wire->bounded = *wire->usual;
    wire->bounded.createArray = create_array;
    wire->reader->fn = &wire->bounded;
    wire->reader->privdata = wire;
    wire->fed = 0;
    wire->items = 0;
    return true;
}

/* ---- opening and closing ---- */

void tl_wire_init(struct tl_wire *wire, tl_wire_wait *wait)
{
    *wire = (struct tl_wire){.fd = -1, .wait = wait};
}

int tl_wire_open(struct tl_wire *wire, const struct tl_endpoint *endpoint,
                 int64_t deadline)
{
    tl_wire_close(wire);
    wire->cut = false;
    if (!make_reader(wire))
        return broken(wire, TL_NO_MEMORY, "not enough memory");
    int status = tl_dial(endpoint, wire->wait, &wire->fd, wire->trouble,
                         sizeof wire->trouble, deadline);
    if (status == TL_OK && endpoint->tls)
        status = tl_tls_open(&wire->tls, wire->fd, endpoint, wire->wait,
                             wire->trouble, sizeof wire->trouble, deadline);
    if (status < 0)
        tl_wire_close(wire);
    return status;
}

void tl_wire_close(struct tl_wire *wire)
{
    if (wire->tls)
        tl_tls_close(wire->tls);
    if (wire->reader)
        redisReaderFree(wire->reader);
    int fd = wire->fd;
    wire->tls = NULL;
    wire->reader = NULL;
    wire->fd = -1; /* before its number is free: a fork may come between */
    if (fd >= 0)
        close(fd);
}

void tl_wire_drop_copy(struct tl_wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    wire->tls = NULL;
    wire->reader = NULL;
    wire->fd = -1;
}

/* ---- bytes ---- */

/* Sleeps after a call of the system, or of TLS, that could not go on. */
static int wait_for(struct tl_wire *wire, short events, int64_t deadline)
{
    struct pollfd polled = {.fd = wire->fd, .events = events};
    return wire->wait(&polled, 1, deadline);
}

static ssize_t put(struct tl_wire *wire, const char *bytes, size_t size,
                   short *events)
{
    *events = POLLOUT;
    return wire->tls ? tl_tls_write(wire->tls, bytes, size, events)
                     : send(wire->fd, bytes, size, MSG_NOSIGNAL);
}

static ssize_t get(struct tl_wire *wire, char *bytes, size_t size,
                   short *events, int flags)
{
    *events = POLLIN;
    return wire->tls ? tl_tls_read(wire->tls, bytes, size, events, flags)
                     : recv(wire->fd, bytes, size, flags);
}

static const char *trouble_of(const struct tl_wire *wire, int error)
{
    return wire->tls && tl_tls_wants_certificate(wire->tls)
               ? "the server wants a certificate of its clients, and there is "
                 "no way to give one: tls-auth-clients no, in its settings"
               : strerror(error);
}

static bool may_go_on(int error)
{
    return error == EAGAIN || error == EINTR;
}

int tl_wire_send(struct tl_wire *wire, const char *bytes, size_t size,
                 int64_t deadline)
{
    while (size > 0) {
        short events;
        ssize_t n = put(wire, bytes, size, &events);
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
            continue;
        }
        if (!may_go_on(errno))
            return broken(wire, TL_BROKEN, "the connection broke: %s",
                          trouble_of(wire, errno));
        int status = wait_for(wire, events, deadline);
        if (status < 0) {
            tl_wire_close(wire); /* half a request may have gone */
            return status;
        }
    }
    return TL_OK;
}

/* Parses what has come.  TL_OK: *out is an answer; TL_EMPTY: not all of it. */
static int parse(struct tl_wire *wire, struct redisReply **out)
{
    void *answer = NULL;
    if (redisReaderGetReply(wire->reader, &answer) != REDIS_OK)
        return broken(wire, TL_BROKEN,
                      "what the server sent is no answer of Redis: %.100s",
                      wire->reader->errstr);
    if (!answer)
        return TL_EMPTY;
    wire->fed = wire->reader->len - wire->reader->pos;
    wire->items = 0;
    *out = answer;
    return TL_OK;
}

/* Reads a piece.  TL_EMPTY: there is nothing yet. */
static int feed(struct tl_wire *wire, short *events, int flags)
{
    char piece[PIECE];
    ssize_t n = get(wire, piece, sizeof piece, events, flags);
    if (n == 0) {
        wire->cut = true;
        return broken(wire, TL_BROKEN, "the server closed the connection");
    }
    if (n < 0 && may_go_on(errno))
        return TL_EMPTY;
    if (n < 0)
        return broken(wire, TL_BROKEN, "the connection broke: %s",
                      trouble_of(wire, errno));
    wire->fed += (size_t)n;
    if (wire->fed > TL_WIRE_ANSWER ||
        redisReaderFeed(wire->reader, piece, (size_t)n) != REDIS_OK)
        return broken(wire, TL_BROKEN, "an answer of the server is too large");
    return TL_OK;
}

/* TL_EMPTY: look again; TL_ABANDONED: the other one (-1: there is none). */
static int wait_beside(struct tl_wire *wire, short events, int other,
                       int64_t deadline)
{
    struct pollfd polled[] = {{.fd = wire->fd, .events = events},
                              {.fd = other, .events = POLLIN}};
    int status = wire->wait(polled, other < 0 ? 1 : 2, deadline);
    if (status != TL_OK)
        return status;
    return other >= 0 && polled[1].revents ? TL_ABANDONED : TL_EMPTY;
}

/* Takes what has come already.  TL_EMPTY: that is not all of it. */
static int take(struct tl_wire *wire, struct redisReply **out)
{
    short events;
    int status = feed(wire, &events, MSG_DONTWAIT);
    return status == TL_OK ? parse(wire, out) : status;
}

/* TL_EMPTY: it has not come. */
static int look(struct tl_wire *wire, struct redisReply **out,
                struct tl_linger *linger, int64_t deadline)
{
    int status = TL_EMPTY;
    if (!wire->lingers || !tl_linger_begin(linger, deadline))
        return status;
    do
        status = take(wire, out);
    while (status == TL_EMPTY && tl_linger_on(linger));
    tl_linger_end(linger, status != TL_EMPTY);
    return status;
}

/* Sleeps for it. */
static int sleep_for(struct tl_wire *wire, struct redisReply **out, int other,
                     int64_t deadline)
{
    short events;
    int status = TL_EMPTY;
    while (status == TL_EMPTY) {
        status = feed(wire, &events, 0);
        if (status == TL_OK)
            status = parse(wire, out);
        else if (status == TL_EMPTY)
            status = wait_beside(wire, events, other, deadline);
    }
    return status;
}

int tl_wire_receive_beside(struct tl_wire *wire, struct redisReply **out,
                           int other, int64_t deadline)
{
    int status = parse(wire, out);
    if (status == TL_EMPTY)
        status = look(wire, out, &wire->for_others, deadline);
    return status == TL_EMPTY ? sleep_for(wire, out, other, deadline) : status;
}

int tl_wire_receive(struct tl_wire *wire, struct redisReply **out,
                    int64_t deadline)
{
    int status = parse(wire, out);
    if (status == TL_EMPTY)
        status = look(wire, out, &wire->for_answer, deadline);
    return status == TL_EMPTY ? sleep_for(wire, out, -1, deadline) : status;
}
