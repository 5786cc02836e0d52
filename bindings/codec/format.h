/*
 * Format: how the codec lays values out as bytes.
 *
 * A message is FORMAT_HEADER and then one value after the other to its end.
 * FORMAT_SHARED is added to the header where a TAG_BACK or TAG_JOIN follows.
 * Numbers of more than one byte are little-endian; `varint` is seven bits a
 * byte, least first, the top bit set on all but the last.
 *
 *   00..7f           the integer 0..127
 *   80..bf           a string of 0..63 bytes, which follow
 *   TAG_NIL .. TAG_FLOAT   the value, or 1, 2, 4 or 8 bytes of it
 *   TAG_STRING       varint length, bytes
 *   TAG_LONG         the same                                   (numbered)
 *   TAG_TABLE        u32 n, u32 m, n values with the keys 1..n, m pairs
 *                                                               (numbered)
 *   TAG_CLASSED      string: the metatable's registered name; then as
 *                    TAG_TABLE                                  (numbered)
 *   TAG_CLASS        string: the name under which the table is registered; then
 *                    as TAG_TABLE; only where functions are       (numbered)
 *   TAG_DRESSED      string: as for TAG_CLASS, or empty; as TAG_TABLE; then a
 *                    value: its metatable; only where functions are
 *                                                               (numbered)
 *   TAG_FUNCTION     u8 k, u32 length, bytecode, k upvalues      (numbered)
 *   TAG_CODED        varint number of the code in a store that both sides have,
 *                    u8 k, k upvalues                            (numbered)
 *   TAG_OBJECT       varint index into the message's refs       (numbered)
 *   TAG_SPACED       varint number, u8 kind, varint identity of a space, two
 *                    strings: the object of that space by the space's name and
 *                    its own
 *   TAG_FAR          value: the record of a far object           (numbered)
 *   TAG_BACK         varint number: the value of that number again
 *
 * and only where functions are
 *   TAG_GLOBALS      the receiver's table of globals
 *   TAG_MODULE       string: the module of that name
 *   TAG_FIELD        two strings: a module and a field of it
 *
 * and in the place of an upvalue also
 *   TAG_JOIN         varint number of a function, u8 n: the variable that is
 *                    its n-th upvalue, shared with it
 *
 * Numbered values count from 0 in the order of their tags.  Those that a
 * later TAG_BACK or TAG_JOIN names have TAG_KEPT added to their tag, so that
 * the receiver need not remember the others.
 */
#ifndef TL_FORMAT_H
#define TL_FORMAT_H

#include <stdint.h>

enum {
    FORMAT_HEADER = 0xa0,
    FORMAT_SHARED = 1,
    FORMAT_DEPTH = 200, /* tables and functions, one within the other */
    FORMAT_LONG = 2048, /* strings from this length on are TAG_LONG */
    FORMAT_COUNTS = 8,  /* bytes: n and m of a table */
    FORMAT_CODE = 5,    /* bytes: k and length of a function */
    FORMAT_VARINT = 10, /* bytes: the longest varint */
};

enum {
    TAG_SHORT = 0x80,
    TAG_SHORT_SIZE = 0x40,
    TAG_NIL = 0xc0,
    TAG_FALSE,
    TAG_TRUE,
    TAG_INT8,
    TAG_INT16,
    TAG_INT32,
    TAG_INT64,
    TAG_FLOAT,
    TAG_STRING,
    TAG_BACK,
    TAG_JOIN,
    TAG_GLOBALS,
    TAG_MODULE,
    TAG_FIELD,
    TAG_TABLE = 0xd0,
    TAG_CLASSED = 0xd2,
    TAG_FUNCTION = 0xd4,
    TAG_OBJECT = 0xd6,
    TAG_LONG = 0xd8,
    TAG_SPACED = 0xda,
    TAG_CODED = 0xdc,
    TAG_CLASS = 0xde,
    TAG_DRESSED = 0xe0,
    TAG_FAR = 0xe2,
    TAG_KEPT = 1
};

#endif
