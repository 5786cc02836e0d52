#include "net/greeting.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A hello: 8 bytes of name, version, side, whether keyed, 5 zeros, nonce. */
static const unsigned char name[8] = "tidelock";
enum { VERSION = 1, VERSION_AT = 8, SIDE_AT, KEYED_AT, NONCE_AT = 16 };

int tl_secret_copy(struct tl_secret *key, const void *bytes, size_t size)
{
    *key = (struct tl_secret){.size = size};
    if (!bytes)
        return TL_OK;
    key->bytes = malloc(size + 1);
    if (!key->bytes)
        return TL_NO_MEMORY;
    memcpy(key->bytes, bytes, size);
    return TL_OK;
}

void tl_secret_forget(struct tl_secret *key)
{
    if (key->bytes)
        sodium_memzero(key->bytes, key->size);
    free(key->bytes);
    *key = (struct tl_secret){0};
}

static void end(struct tl_greeting *greeting, int outcome)
{
    greeting->over = true;
    greeting->outcome = outcome;
    greeting->wanted = 0;
}

int tl_greeting_begin(struct tl_greeting *greeting, bool listener,
                      const struct tl_secret *key)
{
    *greeting =
        (struct tl_greeting){.listener = listener, .wanted = TL_HELLO_SIZE};
    if (sodium_init() < 0)
        return TL_SYSTEM;
    unsigned char *hello = greeting->mine;
    memcpy(hello, name, sizeof name);
    hello[VERSION_AT] = VERSION;
    hello[SIDE_AT] = listener;
    hello[KEYED_AT] = key->bytes != NULL;
    randombytes_buf(hello + NONCE_AT, TL_HELLO_SIZE - NONCE_AT);
    if (listener)
        return TL_OK;
    memcpy(greeting->out, hello, TL_HELLO_SIZE);
    greeting->out_size = TL_HELLO_SIZE;
    if (!key->bytes)
        end(greeting, TL_OK);
    return TL_OK;
}

/* Checks the hello of the other side, which is to be `listener` or not, and to
 * have a key or not. */
static int check(const unsigned char hello[TL_HELLO_SIZE], bool listener,
                 bool keyed)
{
    if (memcmp(hello, name, sizeof name) != 0 || hello[VERSION_AT] != VERSION ||
        hello[SIDE_AT] != listener)
        return TL_BROKEN;
    return hello[KEYED_AT] == keyed ? TL_OK : TL_REFUSED;
}

bool tl_greeting_begins(const unsigned char bytes[8])
{
    return memcmp(bytes, name, sizeof name) == 0;
}

/* The MAC of one side; the hellos are always in the same order. */
static void prove(const struct tl_greeting *greeting,
                  const struct tl_secret *key, bool listener,
                  unsigned char proof[TL_PROOF_SIZE])
{
    static const unsigned char roles[2][32] = {"tidelock 1 client proves",
                                               "tidelock 1 listener proves"};
    const unsigned char *client =
        greeting->listener ? greeting->theirs : greeting->mine;
    const unsigned char *other =
        greeting->listener ? greeting->mine : greeting->theirs;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key->bytes, key->size);
    crypto_auth_hmacsha256_update(&state, roles[listener], sizeof roles[0]);
    crypto_auth_hmacsha256_update(&state, client, TL_HELLO_SIZE);
    crypto_auth_hmacsha256_update(&state, other, TL_HELLO_SIZE);
    crypto_auth_hmacsha256_final(&state, proof);
    sodium_memzero(&state, sizeof state);
}

static void say_proof(struct tl_greeting *greeting, const struct tl_secret *key)
{
    prove(greeting, key, greeting->listener, greeting->out);
    greeting->out_size = TL_PROOF_SIZE;
    greeting->sent = 0;
}

static void take_hello(struct tl_greeting *greeting,
                       const struct tl_secret *key)
{
    bool keyed = key->bytes != NULL;
    memcpy(greeting->theirs, greeting->in, TL_HELLO_SIZE);
    int status = check(greeting->theirs, !greeting->listener, keyed);
    bool answers = keyed || status == TL_REFUSED;
    if (greeting->listener && status != TL_BROKEN && answers) {
        memcpy(greeting->out, greeting->mine, TL_HELLO_SIZE);
        greeting->out_size = TL_HELLO_SIZE;
    }
    if (status < 0 || !keyed) {
        end(greeting, status);
        return;
    }
    if (!greeting->listener)
        say_proof(greeting, key);
    greeting->proving = true;
    greeting->wanted = TL_PROOF_SIZE;
    greeting->got = 0;
}

static void take_proof(struct tl_greeting *greeting,
                       const struct tl_secret *key)
{
    unsigned char right[TL_PROOF_SIZE];
    prove(greeting, key, !greeting->listener, right);
    bool proven = sodium_memcmp(greeting->in, right, TL_PROOF_SIZE) == 0;
    if (greeting->listener) {
        say_proof(greeting, key);
        if (!proven)
            memset(greeting->out, 0, TL_PROOF_SIZE);
    }
    end(greeting, proven ? TL_OK : TL_REFUSED);
}

/* What a transfer of -1, 0 or more bytes means. */
static int outcome_of(ssize_t moved)
{
    if (moved > 0 || (moved < 0 && errno == EINTR))
        return TL_OK;
    if (moved < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return TL_GREETING_WAITS;
    return TL_CLOSED;
}

/* Sends all that is to be sent, then receives all that is wanted. */
static int transfer(struct tl_greeting *greeting, int fd)
{
    int status = TL_OK;
    while (greeting->sent < greeting->out_size && status == TL_OK) {
        ssize_t n = send(fd, greeting->out + greeting->sent,
                         greeting->out_size - greeting->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        greeting->sent += n > 0 ? (size_t)n : 0;
        status = outcome_of(n);
    }
    while (greeting->got < greeting->wanted && status == TL_OK) {
        ssize_t n = recv(fd, greeting->in + greeting->got,
                         greeting->wanted - greeting->got, MSG_DONTWAIT);
        greeting->got += n > 0 ? (size_t)n : 0;
        status = outcome_of(n);
    }
    return status;
}

int tl_greeting_step(struct tl_greeting *greeting, int fd,
                     const struct tl_secret *key)
{
    for (;;) {
        int status = transfer(greeting, fd);
        if (status != TL_OK)
            return greeting->over && status == TL_CLOSED &&
                           greeting->outcome < 0
                       ? greeting->outcome
                       : status;
        if (greeting->over)
            return greeting->outcome;
        if (greeting->proving)
            take_proof(greeting, key);
        else
            take_hello(greeting, key);
    }
}

short tl_greeting_events(const struct tl_greeting *greeting)
{
    return greeting->sent < greeting->out_size ? POLLOUT : POLLIN;
}
