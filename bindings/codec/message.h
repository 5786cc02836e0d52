/*
 * Message: between a call of Lua and a message of the runtime: encodes what the
 * call sends, decodes what it receives, and raises in its name.
 */
#ifndef TL_BINDINGS_MESSAGE_H
#define TL_BINDINGS_MESSAGE_H

#include <stdbool.h>

#include <lua.h>

#include "codec/codec.h"
#include "tidelock.h"

/* Decodes and drops a parcel; how many values were pushed. */
int message_receive(lua_State *L, struct tl_parcel *parcel);

/* The same of a parcel of the program's own arena, into the table at the
 * absolute index `list` from its index `from` on. */
int message_receive_list(lua_State *L, struct tl_parcel *parcel, int list,
                         lua_Integer from);

/* Whether functions may come from the space's other programs, and go there. */
void message_allow_functions(unsigned space, bool on);
/* What may be in a message of the arena, for the codec. */
unsigned message_allow(unsigned arena);
/* Decodes what another program sent, which may be anything: pushes the one
 * value and returns true, or pushes what is wrong with it.  Never raises;
 * borrows data, and no finalizer runs meanwhile. */
bool message_receive_outside(lua_State *L, const void *data, size_t size);

/* Whether this thread is amid a receiving that catches errors: what a hook
 * raises there would be lost. */
bool message_is_amid(void);

/* As result_try_again, for a call that was to send `out`. */
bool message_try_again(lua_State *L, int status, struct codec_out *out,
                       bool *tried);

/* Encodes, or raises at the caller's line.  codec_done is the caller's. */
void message_encode(lua_State *L, const struct tl_handle *handle,
                    const char *call, int first, int count, const char *root,
                    struct codec_out *out);

#endif
