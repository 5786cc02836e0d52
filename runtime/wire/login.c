#include "wire/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "wire/endpoint.h"

static int refuse(struct tl_wire *wire, const char *why)
{
    snprintf(wire->trouble, sizeof wire->trouble, "%s", why);
    return TL_REFUSED;
}

int tl_login_talk(struct tl_wire *wire, const struct tl_words *command,
                  struct redisReply **out, int64_t deadline)
{
    *out = NULL;
    if (command->failed)
        return TL_NO_MEMORY;
    int status = tl_wire_send(wire, command->bytes, command->size, deadline);
    if (status == TL_OK)
        status = tl_wire_receive(wire, out, deadline);
    if (status != TL_OK || !*out || (*out)->type != REDIS_REPLY_ERROR)
        return status;
    refuse(wire, (*out)->str);
    freeReplyObject(*out);
    *out = NULL;
    return TL_REFUSED;
}

/* The same, where the answer does not matter. */
static int talk(struct tl_wire *wire, struct tl_words *command,
                int64_t deadline)
{
    struct redisReply *reply;
    int status = tl_login_talk(wire, command, &reply, deadline);
    if (status == TL_OK)
        freeReplyObject(reply);
    tl_words_drop(command);
    return status;
}

static bool is_exposed(const struct tl_endpoint *endpoint)
{
    return *endpoint->password && !endpoint->insecure &&
           !tl_endpoint_is_private(endpoint);
}

static void write_proof(struct tl_words *command,
                        const struct tl_endpoint *endpoint)
{
    tl_words_begin(command, *endpoint->user ? 3 : 2);
    tl_words_add_text(command, "AUTH");
    if (*endpoint->user)
        tl_words_add_text(command, endpoint->user);
    tl_words_add_text(command, endpoint->password);
}

/* What the server says of it is not repeated, whatever that may be. */
static int prove(struct tl_wire *wire, const struct tl_endpoint *endpoint,
                 int64_t deadline)
{
    struct tl_words command = {0};
    struct redisReply *reply = NULL;
    if (!*endpoint->password)
        return TL_OK;
    write_proof(&command, endpoint);
    int status = tl_login_talk(wire, &command, &reply, deadline);
    if (status == TL_REFUSED)
        refuse(wire, "user or password is wrong, or the server wants none");
    if (reply)
        freeReplyObject(reply);
    if (command.bytes)
        explicit_bzero(command.bytes, command.size);
    tl_words_drop(&command);
    return status;
}

int tl_login(struct tl_wire *wire, const struct tl_endpoint *endpoint,
             int64_t deadline)
{
    if (is_exposed(endpoint))
        return refuse(wire, "a password would go over the network for all to "
                            "read: use rediss://, or say insecure = true");
    int status = tl_wire_open(wire, endpoint, deadline);
    if (status == TL_OK)
        status = prove(wire, endpoint, deadline);
    if (status < 0)
        tl_wire_close(wire);
    return status;
}

/* The value of `field` in what INFO returned; false: it is not there. */
static bool find(const char *text, const char *field, char *out, size_t size)
{
    size_t length = strlen(field);
    for (const char *at = text; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, field, length) == 0 && at[length] == ':') {
            size_t count = strcspn(at + length + 1, "\r\n");
            snprintf(out, size, "%.*s", (int)count, at + length + 1);
            return true;
        }
    }
    return false;
}

static int judge(struct tl_wire *wire, const char *text)
{
    char value[64], why[160];
    if (find(text, "redis_version", value, sizeof value) && atoi(value) < 7) {
        snprintf(why, sizeof why,
                 "the server is Redis %s; version 7 or later, or Valkey, is "
                 "needed",
                 value);
        return refuse(wire, why);
    }
    if (find(text, "role", value, sizeof value) && strcmp(value, "master") != 0)
        return refuse(wire, "the server is a replica, which takes no writes: "
                            "open its primary");
    if (find(text, "maxmemory_policy", value, sizeof value) &&
        strcmp(value, "noeviction") != 0) {
        snprintf(why, sizeof why,
                 "the server throws keys away when its memory is full "
                 "(maxmemory-policy %s): set it to noeviction",
                 value);
        return refuse(wire, why);
    }
    return TL_OK;
}

int tl_login_inspect(struct tl_wire *wire, int64_t deadline)
{
    struct tl_words command = {0};
    struct redisReply *reply = NULL;
    tl_words_begin(&command, 2);
    tl_words_add_text(&command, "INFO");
    tl_words_add_text(&command, "default");
    int status = tl_login_talk(wire, &command, &reply, deadline);
    tl_words_drop(&command);
    if (status == TL_REFUSED && strncmp(wire->trouble, "NOPERM", 6) == 0)
        return TL_OK;
    if (status == TL_OK && reply->type == REDIS_REPLY_STRING)
        status = judge(wire, reply->str);
    if (reply)
        freeReplyObject(reply);
    return status;
}

int tl_login_load(struct tl_wire *wire, const char *library, size_t size,
                  int64_t deadline)
{
    struct tl_words command = {0};
    tl_words_begin(&command, 3);
    tl_words_add_text(&command, "FUNCTION");
    tl_words_add_text(&command, "LOAD");
    tl_words_add(&command, library, size);
    int status = talk(wire, &command, deadline);
    if (status == TL_REFUSED && strstr(wire->trouble, "already exists"))
        return TL_OK;
    if (status == TL_REFUSED && strncmp(wire->trouble, "NOPERM", 6) == 0)
        return refuse(wire,
                      "the server has no library of tidelock, and this user "
                      "may not load one: have its administrator run `tidelock "
                      "engine install ADDRESS`, or allow it: ACL SETUSER NAME "
                      "+function|load");
    return status;
}
