/*
 * Arguments: checks what scripts give to the methods of a pool that hand out
 * work.
 */
#ifndef TL_POOL_ARGUMENTS_H
#define TL_POOL_ARGUMENTS_H

#include <lua.h>

#include "pool/pool.h"

/* As pool_check, but tends the pool first, and raises too where the pool takes
 * no more tasks. */
struct pool *pool_check_ready(lua_State *L, int index, const char *call);

/* Raises unless there is a function at index. */
void pool_check_task(lua_State *L, int index, struct pool *pool,
                     const char *call);

/* The items per job at index; 0: the script says nothing. */
lua_Integer pool_check_chunk(lua_State *L, int index, struct pool *pool,
                             const char *call);

/* The items per job where the script says nothing, for `length` items. */
lua_Integer pool_chunk(const struct pool *pool, lua_Integer length);

#endif
