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
/* In `allow`, besides: the arena that the message goes to.  Objects of that
 * arena travel as references; those of a space elsewhere by their names; and
 * those of the program itself do not travel elsewhere. */
#define CODEC_ARENA(arena) ((unsigned)(arena) << 8)
#define CODEC_ARENA_OF(allow) ((allow) >> 8)

/* For messages to and from other programs: neither of these. */
#define CODEC_OUTSIDE 0u

/* ---- what both sides have ---- */

/* Functions by number: sender and receivers share a store of their code. */
struct codec_codes {
    /* By the sender: the number of this code, which is entered where it is new;
     * negative: it has none, and travels itself. */
    int64_t (*enter)(struct codec_codes *codes, const void *code, size_t size);
    /* By a receiver; false: there is no such number. */
    bool (*find)(struct codec_codes *codes, uint64_t number, const void **code,
                 size_t *size);
    /* A function of the sender's, which is kept alive, and its number where
     * that is known (else negative): it need not be dumped each time. */
    const void *last;
    int64_t last_number;
    /* The receiver's table, in the registry, of functions without variables of
     * their own, by number: they need not be loaded again; or LUA_NOREF. */
    int loaded;
};

/* ---- bytes that are taken away ---- */

/* Bytes that somebody takes away while they are read: what Lua code receives or
 * drops.  Where decoding is about to run such (require, a module's __index), it
 * copies the rest into a value at the stack index `slot`, below what it pushes,
 * and then calls `let_go`, once, from where on nothing is borrowed. */
struct codec_hold {
    int slot;
    void (*let_go)(lua_State *L, struct codec_hold *hold);
};
#endif
