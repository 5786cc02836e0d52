/*
 * Address: where a listener is: as text, and as the kernel has it.
 *
 *   unix:PATH          a socket in the file system
 *   tcp:HOST:PORT      a name or a number; IPv6 in brackets: tcp:[::1]:8000
 *
 * Limits: a host's name is looked up by the system, and no deadline cuts that
 * short.  Of a name's addresses the first eight are tried.
 */
#ifndef TL_ADDRESS_H
#define TL_ADDRESS_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tidelock.h"

enum { TL_ADDRESSES_MOST = 8 };

struct tl_address {
    socklen_t size;
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_storage storage;
    };
};

/* What the text names: TL_OK with one to eight addresses.  `listening`: to
 * bind, not to connect.  TL_BAD_ADDRESS, TL_LONG_ADDRESS, TL_NO_HOST. */
int tl_address_find(const char *text, bool listening,
                    struct tl_address list[TL_ADDRESSES_MOST], unsigned *count);

/* Where the TCP socket is bound, as text; TL_SYSTEM. */
int tl_address_bound(int fd, char *text, size_t size);

/* Room for every text that tl_address_bound makes. */
#define TL_ADDRESS_SIZE 80

/* A socket for the address: neither it nor any call on it blocks, and no
 * program that is executed inherits it.  Negative: errno says why. */
int tl_address_socket(const struct tl_address *address);

/* For a connected socket: what is sent goes at once, and a host that has
 * vanished is noticed within a minute or so. */
void tl_address_tune(int fd);

#endif
