/*
 * Arguments: what the methods are given that hand out work.
 */
#ifndef TL_POOL_ARGUMENTS_H
#define TL_POOL_ARGUMENTS_H

#include <lua.h>

#include "pool/pool.h"

/* As pool_check, once the pool has been looked after; raises too where no task
 * can be given to it. */
struct pool *pool_check_ready(lua_State *L, int index, const char *call);

/* The function at index. */
void pool_check_task(lua_State *L, int index, struct pool *pool,
                     const char *call);

/* The items per job at index; 0: the script says nothing. */
lua_Integer pool_check_chunk(lua_State *L, int index, struct pool *pool,
                             const char *call);

/* What they are then, for `length` items. */
lua_Integer pool_chunk(const struct pool *pool, lua_Integer length);

#endif
