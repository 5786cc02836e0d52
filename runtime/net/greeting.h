/*
 * Greeting: how the two ends of a new connection come to know each other.
 *
 * Each side sends a hello: what it speaks, which side it is, whether it has a
 * key, and a nonce.  With a key, both then prove that they know it:
 *
 *   client                            listener
 *     hello        ------------------>
 *                  <------------------  hello
 *     MAC(key, "client" ...)  ------->  checks it
 *     checks it    <------------------  MAC(key, "listener" ...)
 *
 * The MAC is HMAC-SHA-256 over the role's name and both hellos, nonces and
 * all.  So a proof is good for this connection, this direction and this role
 * only: none can be replayed, nor reflected to whoever made it.  A listener
 * that finds the client's proof wrong answers zeros, which prove nothing.
 *
 * Where neither side has a key, the client's hello is all there is: a listener
 * answers only if it has one.  So a client without a key does not wait, and
 * learns from a hello in the place of the first message that it is refused.
 * (An answer that nobody reads would make closing a TCP socket drop what was
 * sent.)
 *
 * Nothing that a peer sends here is more than compared; sizes are fixed.
 *
 * Limits
 *   - The key says who is there at the start.  What follows is neither
 *     encrypted nor signed: whoever can change what the network carries is not
 *     kept out.
 *   - Whoever makes a client connect to it gets a proof, against which it can
 *     try guessed keys in peace: a key must be no word that can be guessed.
 */
#ifndef TL_GREETING_H
#define TL_GREETING_H

#include <stdbool.h>
#include <stddef.h>

#include "tidelock.h"

enum {
    TL_HELLO_SIZE = 48,
    TL_PROOF_SIZE = 32,
    TL_GREETING_WAITS = 1 /* the socket is to be waited for */
};

struct tl_secret {
    unsigned char *bytes; /* NULL: none */
    size_t size;
};

/* Copies the bytes, or none where `bytes` is NULL.  TL_NO_MEMORY. */
int tl_secret_copy(struct tl_secret *key, const void *bytes, size_t size);
void tl_secret_forget(struct tl_secret *key);

/* One side of a greeting under way.  out: what is to be sent, up to out_size;
 * in: the hello or the proof that is awaited, `wanted` bytes of it. */
struct tl_greeting {
    bool listener;
    bool proving; /* the hellos are exchanged */
    bool over;    /* once all is sent, `outcome` holds */
    int outcome;
    unsigned char mine[TL_HELLO_SIZE], theirs[TL_HELLO_SIZE];
    unsigned char out[TL_HELLO_SIZE], in[TL_HELLO_SIZE];
    size_t out_size, sent, wanted, got;
};

/* TL_OK; TL_SYSTEM where there is no randomness. */
int tl_greeting_begin(struct tl_greeting *greeting, bool listener,
                      const struct tl_secret *key);

/* Goes on as far as the socket lets it.  TL_OK: the greeting succeeded, and no
 * byte of what follows was read; TL_GREETING_WAITS; TL_REFUSED: the keys
 * differ, or only one side has one; TL_BROKEN: this is no peer; TL_CLOSED: it
 * is gone. */
int tl_greeting_step(struct tl_greeting *greeting, int fd,
                     const struct tl_secret *key);

/* Whether any byte of the other side has come. */
static inline bool tl_greeting_heard(const struct tl_greeting *greeting)
{
    return greeting->got > 0 || greeting->proving;
}

/* What to poll for after TL_GREETING_WAITS. */
short tl_greeting_events(const struct tl_greeting *greeting);

/* Whether these are the first bytes of a hello.  As a message's size they are
 * larger than any. */
bool tl_greeting_begins(const unsigned char bytes[8]);

#endif
