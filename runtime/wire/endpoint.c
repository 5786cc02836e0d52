#include "wire/endpoint.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of an address that is read next, and what went wrong. */
struct reader {
    const char *at;
    char *why;
    size_t size;
};

static bool fail(struct reader *reader, const char *why)
{
    snprintf(reader->why, reader->size, "%s", why);
    return false;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies `count` bytes, with %XX as the byte that it means; false: too many, or
 * no digits, or a zero byte. */
static bool decode(char *out, size_t size, const char *text, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        char c = text[i];
        if (c == '%') {
            if (count - i < 3 || digit(text[i + 1]) < 0 ||
                digit(text[i + 2]) < 0)
                return false;
            c = (char)(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        }
        if (c == '\0' || n + 1 >= size)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

static bool copy(char *out, size_t size, const char *text, size_t count)
{
    if (count >= size)
        return false;
    memcpy(out, text, count);
    out[count] = '\0';
    return true;
}

/* user[:password]@, up to the last '@' before the first '/'. */
static bool read_user(struct reader *reader, struct tl_endpoint *endpoint)
{
    size_t authority = strcspn(reader->at, "/");
    const char *end = memrchr(reader->at, '@', authority);
    if (!end)
        return true;
    const char *colon = memchr(reader->at, ':', (size_t)(end - reader->at));
    const char *name_end = colon ? colon : end;
    if (!decode(endpoint->user, sizeof endpoint->user, reader->at,
                (size_t)(name_end - reader->at)) ||
        (colon && !decode(endpoint->password, sizeof endpoint->password,
                          colon + 1, (size_t)(end - colon - 1))))
        return fail(reader, "user and password are written with %XX for each "
                            "byte that is no letter or digit");
    reader->at = end + 1;
    return true;
}

static bool read_port(struct reader *reader, struct tl_endpoint *endpoint)
{
    if (*reader->at != ':')
        return true;
    char *end;
    long port = strtol(reader->at + 1, &end, 10);
    if (!isdigit((unsigned char)reader->at[1]) || port < 1 || port > 65535 ||
        !strchr("/", *end))
        return fail(reader, "the port is a number from 1 to 65535");
    endpoint->port = (int)port;
    reader->at = end;
    return true;
}

/* host[:port], where an IPv6 address stands in brackets. */
static bool read_host(struct reader *reader, struct tl_endpoint *endpoint)
{
    bool bracket = *reader->at == '[';
    const char *host = reader->at + bracket;
    size_t count = strcspn(host, bracket ? "]" : ":/");
    if (count == 0 || !copy(endpoint->host, sizeof endpoint->host, host, count))
        return fail(reader, *host == ':' && !bracket
                                ? "the host is missing; an IPv6 address stands "
                                  "in brackets: redis://[::1]/space"
                                : "the host is missing");
    reader->at = host + count;
    if (bracket && (*reader->at++ != ']' || !strchr(":/", *reader->at)))
        return fail(reader, "an IPv6 address ends with ]");
    return read_port(reader, endpoint);
}

static bool read_path(struct reader *reader, struct tl_endpoint *endpoint,
                      bool with_space)
{
    const char *end =
        with_space ? strrchr(reader->at, '/') : reader->at + strlen(reader->at);
    size_t count = end ? (size_t)(end - reader->at) : 0;
    if (*reader->at != '/' || count < 2)
        return fail(reader, "the path of a socket is written in full, and the "
                            "space behind it: redis+unix:/run/redis.sock/lab");
    if (!copy(endpoint->path, sizeof endpoint->path, reader->at, count))
        return fail(reader, "the path of a socket has at most 107 bytes");
    reader->at = end;
    return true;
}

static bool read_space(struct reader *reader, struct tl_endpoint *endpoint,
                       bool with_space)
{
    const char *name = reader->at + (*reader->at == '/');
    size_t count = strlen(name);
    if (!with_space && count == 0)
        return true;
    if (!with_space)
        return fail(reader, "this names a server, and no space");
    bool well = count > 0 && count < sizeof endpoint->space;
    for (size_t i = 0; well && i < count; i++)
        well = isalnum((unsigned char)name[i]) || strchr(".-_", name[i]);
    if (!well)
        return fail(reader, "the space's name comes last, behind a '/': 1 to "
                            "64 letters, digits, '.', '-' and '_'");
    return copy(endpoint->space, sizeof endpoint->space, name, count);
}

static void show(struct tl_endpoint *endpoint)
{
    char port[16] = "", user[300] = "";
    if (endpoint->port != 6379)
        snprintf(port, sizeof port, ":%d", endpoint->port);
    if (*endpoint->user)
        snprintf(user, sizeof user, "%.250s@", endpoint->user);
    bool wide = strchr(endpoint->host, ':') != NULL;
    if (*endpoint->path)
        snprintf(endpoint->shown, sizeof endpoint->shown,
                 "redis+unix:%s%s%s%s%s", *user ? "//" : "", user,
                 endpoint->path, *endpoint->space ? "/" : "", endpoint->space);
    else
        snprintf(endpoint->shown, sizeof endpoint->shown, "%s://%s%s%s%s%s%s%s",
                 endpoint->tls ? "rediss" : "redis", user, wide ? "[" : "",
                 endpoint->host, wide ? "]" : "", port,
                 *endpoint->space ? "/" : "", endpoint->space);
}

static bool starts(struct reader *reader, const char *word)
{
    size_t size = strlen(word);
    if (strncmp(reader->at, word, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static bool read_place(struct reader *reader, struct tl_endpoint *endpoint,
                       bool with_space)
{
    if (starts(reader, "redis+unix:"))
        return (!starts(reader, "//") || read_user(reader, endpoint)) &&
               read_path(reader, endpoint, with_space);
    endpoint->tls = starts(reader, "rediss://");
    if (!endpoint->tls && !starts(reader, "redis://"))
        return fail(reader,
                    "write redis://[user[:password]@]host[:port]/space, "
                    "rediss:// for TLS, or redis+unix:/path/of/socket/space");
    return read_user(reader, endpoint) && read_host(reader, endpoint);
}

bool tl_endpoint_read(struct tl_endpoint *endpoint, const char *address,
                      bool with_space, char *why, size_t size)
{
    struct reader reader = {.at = address, .why = why, .size = size};
    *endpoint = (struct tl_endpoint){.port = 6379};
    if (strlen(address) >= TL_ENDPOINT_SIZE)
        return fail(&reader, "the address is too long");
    if (!read_place(&reader, endpoint, with_space) ||
        !read_space(&reader, endpoint, with_space)) {
        tl_endpoint_forget(endpoint);
        return false;
    }
    show(endpoint);
    return true;
}

/* 127.0.0.0/8, as a number: 127.example.net is a name, of any machine. */
static bool is_loopback(const char *host)
{
    struct in_addr number;
    return inet_pton(AF_INET, host, &number) == 1 &&
           ntohl(number.s_addr) >> 24 == 127;
}

/* The name `localhost` may be anything, but by RFC 6761 it is this machine. */
bool tl_endpoint_is_private(const struct tl_endpoint *endpoint)
{
    return *endpoint->path || endpoint->tls || is_loopback(endpoint->host) ||
           strcmp(endpoint->host, "::1") == 0 ||
           strcmp(endpoint->host, "localhost") == 0;
}

bool tl_endpoint_is_same(const struct tl_endpoint *a,
                         const struct tl_endpoint *b)
{
    return a->tls == b->tls && a->port == b->port &&
           strcmp(a->user, b->user) == 0 &&
           strcmp(a->password, b->password) == 0 &&
           strcmp(a->host, b->host) == 0 && strcmp(a->path, b->path) == 0 &&
           strcmp(a->space, b->space) == 0 &&
           strcmp(a->authority, b->authority) == 0;
}

void tl_endpoint_harmless(const char *address, char *out, size_t size)
{
    const char *secret = strstr(address, "//");
    const char *end = strrchr(address, '@');
    secret = secret ? secret + 2 : address;
    if (!end && *secret == ':') /* a password whose host was forgotten */
        snprintf(out, size, "%.*s...", (int)(secret - address), address);
    else if (!end || end < secret)
        snprintf(out, size, "%s", address);
    else
        snprintf(out, size, "%.*s...%s", (int)(secret - address), address, end);
}

void tl_endpoint_forget(struct tl_endpoint *endpoint)
{
    explicit_bzero(endpoint->password, sizeof endpoint->password);
}
