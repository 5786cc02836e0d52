/*
 * Endpoint: where a server is, and as whom to enter, read off an address:
 *
 *   redis://[user[:password]@]host[:port]/space      port 6379
 *   rediss://...                                     the same over TLS
 *   redis+unix:[//[user[:password]@]]/path/of/socket/space
 *
 * User and password are percent-decoded.  What is shown to people (`shown`) has
 * no secret in it.
 *
 * Limits: a space's name has 1 to 64 letters, digits, '.', '-' and '_'; an
 * address has at most 1,000 bytes.
 */
#ifndef TL_ENDPOINT_H
#define TL_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#define TL_ENDPOINT_SIZE 1024

struct tl_endpoint {
    bool tls;
    bool insecure; /* a password may go over a connection that others read */
    int port;
    char user[TL_ENDPOINT_SIZE];      /* "": none */
    char password[TL_ENDPOINT_SIZE];  /* "": none */
    char host[256];                   /* "": a socket of this machine */
    char path[108];                   /* of that socket */
    char space[65];                   /* "": none, for tools */
    char authority[TL_ENDPOINT_SIZE]; /* file of certificates; "": system's */
    char shown[TL_ENDPOINT_SIZE];
};

/* Fills the endpoint; false: `why` says what is wrong, without any secret. */
bool tl_endpoint_read(struct tl_endpoint *endpoint, const char *address,
                      bool with_space, char *why, size_t size);

/* Whether what is sent stays on this machine or is encrypted. */
bool tl_endpoint_is_private(const struct tl_endpoint *endpoint);

/* Whether both mean the same server, user and space. */
bool tl_endpoint_is_same(const struct tl_endpoint *a,
                         const struct tl_endpoint *b);

/* An address for people, where it may not be one: without what stands before its
 * last '@' or where a password would. */
void tl_endpoint_harmless(const char *address, char *out, size_t size);

/* Overwrites what is secret. */
void tl_endpoint_forget(struct tl_endpoint *endpoint);

#endif
