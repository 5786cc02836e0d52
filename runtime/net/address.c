#include "net/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/standard.h"

static int find_local(const char *path, struct tl_address *address)
{
    size_t length = strlen(path);
    if (length == 0)
        return TL_BAD_ADDRESS;
    if (length >= sizeof address->local.sun_path)
        return TL_LONG_ADDRESS;
    address->local = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->local.sun_path, path, length + 1);
    address->size = sizeof address->local;
    return TL_OK;
}

/* HOST:PORT or [HOST]:PORT into its parts, in place. */
static bool split(char *text, char **host, char **port)
{
    char *colon = strrchr(text, ':'), *end = NULL;
    if (!colon || colon == text)
        return false;
    *colon = '\0';
    *port = colon + 1;
    *host = text;
    if (*text == '[') {
        if (colon[-1] != ']')
            return false;
        colon[-1] = '\0';
        (*host)++;
    } else if (strchr(text, ':')) {
        return false; /* IPv6 without brackets */
    }
    if (strspn(*port, "0123456789") != strlen(*port) || strlen(*port) > 5)
        return false;
    return **host && **port && strtol(*port, &end, 10) <= 65535;
}

static unsigned copy_all(const struct addrinfo *found,
                         struct tl_address list[TL_ADDRESSES_MOST])
{
    unsigned count = 0;
    for (; found && count < TL_ADDRESSES_MOST; found = found->ai_next) {
        memcpy(&list[count].storage, found->ai_addr, found->ai_addrlen);
        list[count++].size = found->ai_addrlen;
    }
    return count;
}

static int find_host(const char *text, bool listening,
                     struct tl_address list[TL_ADDRESSES_MOST], unsigned *count)
{
    char copy[300], *host, *port;
    if (strlen(text) >= sizeof copy)
        return TL_LONG_ADDRESS;
    memcpy(copy, text, strlen(text) + 1);
    if (!split(copy, &host, &port))
        return TL_BAD_ADDRESS;
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags =
                                 AI_NUMERICSERV | (listening ? AI_PASSIVE : 0)};
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return TL_NO_HOST;
    *count = copy_all(found, list);
    freeaddrinfo(found);
    return *count > 0 ? TL_OK : TL_NO_HOST;
}

int tl_address_find(const char *text, bool listening,
                    struct tl_address list[TL_ADDRESSES_MOST], unsigned *count)
{
    *count = 1;
    if (strncmp(text, "unix:", 5) == 0)
        return find_local(text + 5, &list[0]);
    if (strncmp(text, "tcp:", 4) == 0)
        return find_host(text + 4, listening, list, count);
    return TL_BAD_ADDRESS;
}

int tl_address_bound(int fd, char *text, size_t size)
{
    struct tl_address address = {.size = sizeof address.storage};
    char host[64], port[8]; /* INET6_ADDRSTRLEN is 46, and a scope */
    if (getsockname(fd, &address.any, &address.size) < 0 ||
        getnameinfo(&address.any, address.size, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return TL_SYSTEM;
    bool brackets = address.any.sa_family == AF_INET6;
    snprintf(text, size, brackets ? "tcp:[%s]:%s" : "tcp:%s:%s", host, port);
    return TL_OK;
}

int tl_address_socket(const struct tl_address *address)
{
    return tl_standard_avoid(socket(
        address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

static void set(int fd, int level, int option, int value)
{
    /* fails on a socket of another family, which does no harm */
    setsockopt(fd, level, option, &value, sizeof value);
}

void tl_address_tune(int fd)
{
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}
