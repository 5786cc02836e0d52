/*
 * Text of calls and results, short (simulate/tell).
 */
#ifndef TL_TELL_TEXT_H
#define TL_TELL_TEXT_H

#include <stddef.h>

#include <lua.h>

#define TELL_TEXT 200 /* bytes of a text, with its end */

struct tell_text {
    size_t used;
    char text[TELL_TEXT];
};

/* Adds as much as there is room for. */
void tell_text_add(struct tell_text *text, const char *more);

/* Adds the values from `first` to `last` as a list.  Calls no metamethod. */
void tell_text_values(struct tell_text *text, lua_State *L, int first,
                      int last);

/* Adds the value at index as the key of a field: `.soup`, `[3]`. */
void tell_text_key(struct tell_text *text, lua_State *L, int index);

#endif
