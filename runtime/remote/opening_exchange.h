/* What the beginning and the end of a session say to the server. */
#ifndef TL_OPENING_EXCHANGE_H
#define TL_OPENING_EXCHANGE_H

#include "remote/opening.h"

/* Opens the session under a new id, on its wire of bells, which nobody else has
 * yet.  An answer may be lost on the way; the same request again is the same
 * session.  Results as of tl_opening_open. */
int tl_opening_begin(struct tl_session *session,
                     const struct tl_opening_options *options, int64_t deadline,
                     char *why, size_t size);

/* Says `bye` on the wire, or a new connection, and closes it: what the session
 * holds passes on at once; else its lease would have to end. */
void tl_opening_farewell(const struct tl_session *session,
                         struct tl_wire *wire);

#endif
