/*
 * Options: what a caller of the codec may ask for, and what it lends to it.
 */
#ifndef TL_OPTIONS_H
#define TL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

/* ---- what may travel ---- */

#define CODEC_FUNCTIONS 1u
#define CODEC_OBJECTS 2u
#define CODEC_ALL (CODEC_FUNCTIONS | CODEC_OBJECTS)
/* Besides, within one program: the first value holds classes, and all tables in
 * it travel with their metatables, whatever these are.  Registered metatables
 * among them become those that are registered under their names where they
 * arrive.  The further values, all called `root`, may refer to them. */
#define CODEC_CLASSES 4u
/* Of another machine's space: its far objects travel (far/door.h), and
 * nothing else of the runtime. */
#define CODEC_FAR 8u
/* In `allow`, too: the arena that the message goes to.  An object of that arena
 * travels as a reference, one of any other space by its name.  One of the
 * program itself does not travel to a space. */
#define CODEC_ARENA(arena) ((unsigned)(arena) << 8)
#define CODEC_ARENA_OF(allow) ((allow) >> 8)

/* For messages to and from other programs: neither functions nor objects. */
#define CODEC_OUTSIDE 0u

/* ---- what both sides have ---- */

/* Functions by number: sender and receivers share a store of their code. */
struct codec_codes {
    /* Called by the sender: the number of this code, which is entered where it
     * is new; negative: it has none, and the code itself travels. */
    int64_t (*enter)(struct codec_codes *codes, const void *code, size_t size);
    /* Called by a receiver; false: there is no such number. */
    bool (*find)(struct codec_codes *codes, uint64_t number, const void **code,
                 size_t *size);
    /* The sender's: the last function, which it keeps alive, and the number of
     * its code or, where that is not known, a negative one.  So the same
     * function again need not be dumped. */
    const void *last;
    int64_t last_number;
    /* The receiver's: a table in the registry, or LUA_NOREF, of the functions
     * it has loaded, by the number of their code: see function.c. */
    int loaded;
};

/* ---- bytes that are taken away ---- */

/* Bytes that somebody takes away while they are read: what Lua code may receive
 * over or drop.  Where decoding is about to run Lua code (require, a module's
 * __index), it copies the rest into a value at the stack index `slot`, below
 * what it pushes.  Then it calls `let_go`, once, and borrows nothing from there
 * on. */
struct codec_hold {
    int slot;
    void (*let_go)(lua_State *L, struct codec_hold *hold);
};
#endif
