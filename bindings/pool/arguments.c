#include "pool/arguments.h"

#include "lua/support.h"
#include "pool/callbacks.h"
#include "pool/jobs.h"
#include "pool/workers.h"

#define CHUNK_MOST 65536
#define CHUNKS_PER_WORKER 4

struct pool *pool_check_ready(lua_State *L, int index, const char *call)
{
    struct pool *pool = pool_check(L, index, call);
    pool_tend(L, pool);
    if (pool->attended && pool_seen(pool) != pool->tidied)
        pool_tidy(pool);
    pool_check_open(L, pool, call);
    return pool;
}

void pool_check_task(lua_State *L, int index, struct pool *pool,
                     const char *call)
{
    if (lua_type(L, index) != LUA_TFUNCTION)
        misuse(L, pool->board, call, "the task must be a function, not %s",
               shown_a_type(L, index));
}

lua_Integer pool_check_chunk(lua_State *L, int index, struct pool *pool,
                             const char *call)
{
    if (lua_isnoneornil(L, index))
        return 0;
    return check_integer(L, index, pool->board, call, "chunk", 1, INT32_MAX);
}

lua_Integer pool_chunk(const struct pool *pool, lua_Integer length)
{
    lua_Integer parts = (lua_Integer)pool->count * CHUNKS_PER_WORKER;
    lua_Integer chunk = (length + parts - 1) / parts;
    return chunk < 1 ? 1 : chunk > CHUNK_MOST ? CHUNK_MOST : chunk;
}
