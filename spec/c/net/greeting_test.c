/*
 * Greeting: two sides that know the key, and those who would pass without it:
 * by sending back what they were sent, or by what they heard at another time.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/greeting.h"

static int failures;

static void expect(bool holds, const char *what)
{
    printf("%s - %s\n", holds ? "ok" : "not ok", what);
    failures += !holds;
}

struct side {
    struct tl_secret key;
    struct tl_greeting greeting;
    int fd;
    int status;
};

static void begin(struct side *side, int fd, bool listener, const char *key)
{
    side->fd = fd;
    if (tl_secret_copy(&side->key, key, key ? strlen(key) : 0) < 0 ||
        tl_greeting_begin(&side->greeting, listener, &side->key) < 0)
        exit(1);
    side->status = TL_GREETING_WAITS;
}

static void step(struct side *side)
{
    if (side->status == TL_GREETING_WAITS)
        side->status = tl_greeting_step(&side->greeting, side->fd, &side->key);
    if (side->status < 0 && side->fd >= 0) {
        close(side->fd);
        side->fd = -1;
    }
}

static void finish(struct side *side)
{
    if (side->fd >= 0)
        close(side->fd);
    tl_secret_forget(&side->key);
}

/* Whether the two sides, each a listener or not, come to these results. */
static bool meet(bool listeners[2], const char *keys[2], int a, int b)
{
    struct side sides[2];
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return false;
    for (int i = 0; i < 2; i++)
        begin(&sides[i], ends[i], listeners[i], keys[i]);
    for (int round = 0; round < 6; round++)
        step(&sides[round % 2]);
    bool met = sides[0].status == a && sides[1].status == b;
    finish(&sides[0]);
    finish(&sides[1]);
    return met;
}

static bool call(const char *client, const char *listener, int a, int b)
{
    return meet((bool[]){false, true}, (const char *[]){client, listener}, a,
                b);
}

/* Sends back to a side what it says, with its role changed; returns how that
 * side ends. */
static int reflect(bool listener)
{
    struct side side;
    unsigned char bytes[TL_HELLO_SIZE] = "tidelock\1\0\1";
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return TL_OK;
    begin(&side, ends[0], listener, "key");
    if (listener && write(ends[1], bytes, sizeof bytes) < 0)
        return TL_OK;
    for (int round = 0; round < 4; round++) {
        step(&side);
        ssize_t n = read(ends[1], bytes, sizeof bytes);
        if (n == TL_HELLO_SIZE)
            bytes[9] = !listener;
        if (n > 0 && write(ends[1], bytes, (size_t)n) < 0)
            break;
    }
    int status = side.status;
    finish(&side);
    close(ends[1]);
    return status;
}

/* Says to another greeting once more what a client said that was let in. */
static int replay(void)
{
    struct side sides[2], other;
    unsigned char said[TL_HELLO_SIZE + TL_PROOF_SIZE];
    int ends[2], again[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, again) < 0)
        return TL_OK;
    begin(&sides[0], ends[0], false, "key");
    begin(&sides[1], ends[1], true, "key");
    begin(&other, again[0], true, "key");
    step(&sides[0]);
    memcpy(said, sides[0].greeting.mine, TL_HELLO_SIZE);
    step(&sides[1]);
    step(&sides[0]);
    memcpy(said + TL_HELLO_SIZE, sides[0].greeting.out, TL_PROOF_SIZE);
    step(&sides[1]);
    expect(sides[1].status == TL_OK, "a proof is good where it was made");
    if (write(again[1], said, sizeof said) < 0)
        return TL_OK;
    step(&other);
    int status = other.status;
    finish(&sides[0]);
    finish(&sides[1]);
    finish(&other);
    close(again[1]);
    return status;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    expect(call("key", "key", TL_OK, TL_OK), "the same key");
    expect(call(NULL, NULL, TL_OK, TL_OK), "no key");
    expect(call("key", "kez", TL_REFUSED, TL_REFUSED), "another key");
    expect(call("key", NULL, TL_REFUSED, TL_REFUSED), "a key for no key");
    expect(call(NULL, "key", TL_OK, TL_REFUSED), "no key for a key");
    expect(meet((bool[]){false, false}, (const char *[]){"key", "key"},
                TL_BROKEN, TL_BROKEN),
           "two clients are no listener and client");
    expect(reflect(true) == TL_REFUSED,
           "a listener's words sent back prove nothing");
    expect(reflect(false) == TL_REFUSED,
           "a client's words sent back prove nothing");
    expect(replay() == TL_REFUSED, "a proof is good only once");
    return failures != 0;
}
