/*
 * Wrap: puts a function of ours before a C function of a library.
 *
 * Ours ends with `return stock(L)`, where stock is the other's lua_CFunction,
 * in the same frame and with the same upvalues.  So names and lines in its
 * errors are what they were.
 */
#ifndef TL_WRAP_H
#define TL_WRAP_H

#include <lua.h>

/* Replaces the C function at the top of the stack by `function` with the same
 * upvalues, and keeps the function that it was in *stock, which is the same in
 * all states.  Anything else at the top stays. */
void wrap_top(lua_State *L, lua_CFunction *stock, lua_CFunction function);

struct wrap {
    const char *name;
    lua_CFunction *stock;
    lua_CFunction function;
};

/* Wraps fields of the table at the top, where it is one and has them; the rows
 * end with a name of NULL. */
void wrap_fields(lua_State *L, const struct wrap *rows);

/* The same for the table that is the global of that name. */
void wrap_library(lua_State *L, const char *library, const struct wrap *rows);

#endif
