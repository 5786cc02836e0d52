/*
 * Login: what a new connection says before all else, and what is asked of a
 * server before a session is opened there.
 *
 * Refused, since locks and messages would not be safe: Redis before version 7,
 * a server that throws keys away when its memory is full (maxmemory-policy
 * other than noeviction), a replica.  Where the user may not ask (ACL), the
 * server is trusted in that.
 */
#ifndef TL_LOGIN_H
#define TL_LOGIN_H

#include "wire/words.h"
#include "wire/wire.h"

struct redisReply;
struct tl_endpoint;

/* Opens the wire and proves who one is.  As tl_wire_open; TL_REFUSED also where
 * the password is wrong; wire->trouble says why. */
int tl_login(struct tl_wire *wire, const struct tl_endpoint *endpoint,
             int64_t deadline);

/* TL_REFUSED: see above; wire->trouble says why. */
int tl_login_inspect(struct tl_wire *wire, int64_t deadline);

/* Sends the commands and takes one answer.  TL_REFUSED: it is an error, which
 * wire->trouble has. */
int tl_login_talk(struct tl_wire *wire, const struct tl_words *command,
                  struct redisReply **out, int64_t deadline);

/* Loads the engine's library, unless somebody else was faster. */
int tl_login_load(struct tl_wire *wire, const char *library, size_t size,
                  int64_t deadline);

#endif
