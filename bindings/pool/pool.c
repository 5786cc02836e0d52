#include "pool/pool.h"

#include "lua/support.h"
#include "lua/userdata.h"
#include "signals/care.h"

/* ---- while this thread waits ---- */

static bool (*due)(void);
static void (*run)(void);

void pool_care_by(bool (*is_due)(void), void (*care)(void))
{
    if (due)
        return;
    due = is_due;
    run = care;
}

static void watch(bool on)
{
    care_for(CARE_POOLS, on ? due : NULL, run);
}

/* ---- those of this thread ---- */

static _Thread_local struct pool *pools;

struct pool *pool_first(void)
{
    return pools;
}

void pool_forget(void)
{
    pools = NULL;
    watch(false);
}

void pool_enlist(struct pool *pool)
{
    pool->next = pools;
    pools = pool;
    watch(true);
}

void pool_unlist(struct pool *pool)
{
    struct pool **at = &pools;
    while (*at && *at != pool)
        at = &(*at)->next;
    if (*at)
        *at = pool->next;
    if (!pools)
        watch(false);
}

struct pool *pool_find(const struct tl_handle *handle)
{
    struct pool *pool = pools;
    while (pool && pool->board->object != handle->object)
        pool = pool->next;
    return pool && tl_board_is_owner(pool->board) ? pool : NULL;
}

/* ---- checks ---- */

struct pool *pool_check(lua_State *L, int index, const char *call)
{
    struct tl_handle *handle = object_check(L, index, TL_KIND_BOARD);
    struct pool *pool = pool_find(handle);
    if (!pool)
        result_failure(L, handle, call,
                       handle->object ? TL_NOT_OWNER : TL_DROPPED);
    return pool;
}

static void raise_broken(lua_State *L, struct pool *pool, const char *call)
{
    char title[TL_TEXT_SIZE];
    tl_title(pool->board, title, sizeof title);
    lua_pushfstring(L, "%s: %s: %s", title, call, pool->broken);
    misuse_raise(L);
}

void pool_check_open(lua_State *L, struct pool *pool, const char *call)
{
    if (pool->broken)
        raise_broken(L, pool, call);
    if (pool->closed)
        misuse(L, pool->board, call, "it was closed: make a new one");
}
