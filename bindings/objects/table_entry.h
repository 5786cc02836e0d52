/*
 * Table entry: a key of ipc.table, its value, and when it ends, checked and
 * converted for the methods.  What raises does so in the name of `call`.
 */
#ifndef TL_TABLE_ENTRY_H
#define TL_TABLE_ENTRY_H

#include <lua.h>

#include "tidelock.h"

/* The table at 1; raises where there is none. */
struct tl_handle *table_entry_check(lua_State *L);

/* The key at index; borrows the string there. */
struct tl_key table_entry_check_key(lua_State *L, int index,
                                    const struct tl_handle *table,
                                    const char *call);

/* Pushes the value of the key at index, or nil; *end: when the key ends.
 * `part`: as tl_table_get_until. */
int table_entry_get(lua_State *L, const struct tl_handle *table,
                    const char *call, int index, tl_deadline *end, bool part);

/* With the key and the value at these indices; nil removes. */
void table_entry_set(lua_State *L, const struct tl_handle *table,
                     const char *call, int index, int value, tl_deadline end,
                     bool part);

/* Only those names, in a table of options at index, if there is one. */
void table_entry_check_options(lua_State *L, int index,
                               const struct tl_handle *table, const char *call,
                               const char *const *names);

/* When a key that is set now ends, as the options at index say. */
tl_deadline table_entry_check_end(lua_State *L, int index,
                                  const struct tl_handle *table,
                                  const char *call);

#endif
