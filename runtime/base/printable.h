/*
 * Printable: which characters of a text in UTF-8 a terminal shows as such.
 *
 * Not control characters, U+0080 to U+009F included, nor those that turn around
 * the order of what follows them; nor bytes that are no UTF-8.  A name that has
 * them would move the cursor, or stand as a line of its own.
 */
#ifndef TL_PRINTABLE_H
#define TL_PRINTABLE_H

#include "tidelock.h" /* where tl_printable_make is declared, for bindings too */

/* The bytes of the character there; 0: it is not to be shown, nor is its first
 * byte. */
size_t tl_printable_size(const char *at);

/* The bytes of what is there, at least 1: of a character, shown or not. */
size_t tl_printable_step(const char *at);

#endif
