/*
 * Codec: Lua values as bytes, and back.
 *
 * What travels: nil, booleans, integers and floats (each stays what it is),
 * strings of any bytes, tables with their cycles and shared references, Lua
 * functions with their upvalues, and the objects of this runtime.  A table
 * with a metatable travels where classes.h knows the metatable.
 * Everything else is refused with the path to it.
 *
 * Promises
 *   - codec_encode writes no Lua value, calls no metamethod and raises only
 *     after it has given back all it took.  Long strings are not copied: the
 *     message points into the Lua string.
 *   - codec_decode trusts no length, tag or index.  What it allocates is
 *     bounded by a small multiple of the bytes it was given.
 *   - Both may be entered again from a finalizer.
 *
 * Functions
 *   - Upvalues that several functions of one message share stay shared.
 *   - An upvalue that is the table of globals is the receiver's globals there.
 *   - A function with an environment of its own (_ENV) arrives with a copy of
 *     that.  Its tables keep their metatables, registered or not, and what the
 *     receiver has too is in it by name, as for upvalues.  One that is empty,
 *     and adds to the globals by functions for __index and __newindex that have
 *     a variable in common, though, is the globals: test frameworks do so.
 *   - An upvalue that is a loaded module is sent by the module's name and
 *     required where it arrives.  One that cannot travel but is a field of a
 *     loaded module (print, string.format, io.stderr) is sent by both names.
 *     So is a userdata with __by_name in its metatable, wherever it stands.
 *
 * Limits
 *   - 200 tables or functions, one within the other.
 *   - Bytecode is not checked: Lua offers no way to.  Functions are accepted
 *     only where the caller says CODEC_FUNCTIONS, for senders it trusts.
 */
#ifndef TL_CODEC_H
#define TL_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include <lua.h>

#include "codec/options.h"
#include "tidelock.h"

struct scratch;

struct codec_out {
    struct tl_message message;
    struct scratch *scratch; /* private */
    uint32_t numbered;       /* private */
};

/* Encodes the `count` values from stack index `first`.  True: out->message is
 * valid until codec_done, as long as the values stay on the stack and no Lua
 * code runs (see codec_own).  False: an error message without position was
 * pushed, `out` needs nothing more.  A single value is called `root` in it,
 * several are called "root 1", "root 2" and so on. */
bool codec_encode(lua_State *L, int first, int count, const char *root,
                  struct codec_out *out);

/* The same, with functions and objects only where `allow` (CODEC_...) says. */
bool codec_encode_allowed(lua_State *L, int first, int count, const char *root,
                          struct codec_out *out, unsigned allow);

/* Copies what the message borrows from Lua strings, so that Lua code may run
 * while the message is still needed.  False: no memory, nothing changed.
 * Objects in refs are not held: a table that loses its only lock meanwhile
 * takes it from the message too. */
bool codec_own(struct codec_out *out);

/* The common beginning of several messages, encoded once. */
struct codec_part {
    unsigned char *bytes;
    size_t size;
    tl_ref *refs;
    size_t ref_count;
    uint32_t numbered;
};

/* A call: a byte that says what is to be done, and a function; or a part that
 * is these two.  Then `count` values from stack index `first`, then the items
 * `from` to `to` of the table at `list`, read without metamethods. */
struct codec_call {
    struct codec_codes *codes;     /* or NULL */
    unsigned char what;            /* 0..127 */
    int function;                  /* 0: there is none, and no byte */
    const struct codec_part *part; /* or NULL */
    const char *root;
    int first, count;
    int list; /* 0: there is none */
    lua_Integer from, to;
};
bool codec_encode_call(lua_State *L, const struct codec_call *call,
                       struct codec_out *out);

/* Makes a part of the message in `out`, by copying; false: no memory. */
bool codec_part_make(struct codec_part *part, const struct codec_out *out);
void codec_part_drop(struct codec_part *part);

/* Gives the message back; exactly once after each success of codec_encode. */
void codec_done(struct codec_out *out);

/* Frees what this thread keeps for its next message, at the thread's end. */
void codec_thread_end(void);

/* Pushes the values that the bytes hold and returns how many they are.
 * Borrows data and refs, which stay whatever Lua code it runs does.  Raises
 * where the bytes are malformed, hold what `allow` does not, or name a module
 * or metatable that is missing here. */
int codec_decode(lua_State *L, const void *data, size_t size,
                 const tl_ref *refs, size_t ref_count, unsigned allow);

/* The same where somebody takes the bytes away while they are read: see struct
 * codec_hold. */
int codec_decode_held(lua_State *L, const void *data, size_t size,
                      const tl_ref *refs, size_t ref_count, unsigned allow,
                      struct codec_hold *hold);

/* The same of a parcel of the program's own arena, into the table at `list`
 * from its index `from` on. */
int codec_decode_list(lua_State *L, const struct tl_parcel *parcel,
                      unsigned allow, int list, lua_Integer from,
                      struct codec_hold *hold);

#endif
