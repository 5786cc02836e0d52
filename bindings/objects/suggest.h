/*
 * Suggest: which name a script has perhaps meant by one that is not there.
 */
#ifndef TL_SUGGEST_H
#define TL_SUGGEST_H

#include <lua.h>

/* The key of the table at index that is most like the name, whatever its case,
 * or NULL: at most two letters differ, and of a short name at most half.
 * Pushes something. */
const char *suggest_name(lua_State *L, int index, const char *name);

/* Makes the table of the API, at the top, raise where a script reads a name
 * that it does not have. */
void suggest_open(lua_State *L);

#endif
