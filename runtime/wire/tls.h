/*
 * TLS: OpenSSL over a connected socket.  The server's certificate must be valid
 * for the host of the address: by the system's authorities, or by those of the
 * endpoint's file.
 */
#ifndef TL_TLS_H
#define TL_TLS_H

#include <stdbool.h>
#include <sys/types.h>

#include "wire/wire.h"

struct tl_endpoint;
struct tl_tls;

/* Borrows the socket.  TL_REFUSED: the certificate; TL_BROKEN: what answers
 * speaks no TLS; or what else ended the wait.  `trouble` says why. */
int tl_tls_open(struct tl_tls **out, int fd, const struct tl_endpoint *endpoint,
                tl_wire_wait *wait, char *trouble, size_t size,
                int64_t deadline);
void tl_tls_close(struct tl_tls *tls);

/* As send and recv (whose flags they are): -1 with errno EAGAIN, where *events
 * says what to wait for; or EPROTO, ECONNRESET. */
ssize_t tl_tls_write(struct tl_tls *tls, const char *bytes, size_t size,
                     short *events);
ssize_t tl_tls_read(struct tl_tls *tls, char *bytes, size_t size, short *events,
                    int flags);

/* Whether the server has ended the connection for want of a certificate of this
 * side, which has none. */
bool tl_tls_wants_certificate(const struct tl_tls *tls);

#endif
