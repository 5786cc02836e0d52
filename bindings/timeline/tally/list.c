#include "timeline/tally/list.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/compat.h"

#define CLASS "tidelock.list"
#define FIRST_ROOM 16
#define MOST_SIZE 32
#define BLOCK 16 /* items that are sorted by insertion */

void list_free(struct list *list)
{
    free(list->items);
    *list = (struct list){.size = list->size};
}

static int free_items(lua_State *L)
{
    list_free(luaL_checkudata(L, 1, CLASS));
    return 0;
}

struct list *list_push(lua_State *L, size_t size)
{
    struct list *list = lua_newuserdatauv(L, sizeof *list, 0);
    *list = (struct list){.size = size};
    if (luaL_newmetatable(L, CLASS)) {
        lua_pushcfunction(L, free_items);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return list;
}

static void grow(lua_State *L, struct list *list)
{
    size_t room = list->room ? list->room * 2 : FIRST_ROOM;
    void *items = room <= SIZE_MAX / list->size
                      ? realloc(list->items, room * list->size)
                      : NULL;
    if (!items)
        luaL_error(L, "not enough memory");
    list->items = items;
    list->room = room;
}

void *list_add(lua_State *L, struct list *list)
{
    if (list->count == list->room)
        grow(L, list);
    return (char *)list->items + list->size * list->count++;
}

void *list_push_zeros(lua_State *L, size_t count, size_t size)
{
    struct list *list = list_push(L, size);
    if (count > 0 && !(list->items = calloc(count, size)))
        luaL_error(L, "not enough memory");
    list->count = list->room = count;
    return list->items;
}

/* ---- sorting: blocks by insertion, and then merged ---- */

struct sorting {
    char *items, *spare;
    size_t size;
};

static int64_t key_of(const char *item)
{
    int64_t key;
    memcpy(&key, item, sizeof key);
    return key;
}

static char *item_at(const struct sorting *sorting, size_t at)
{
    return sorting->items + at * sorting->size;
}

static bool in_order(const struct sorting *sorting, size_t at)
{
    return key_of(item_at(sorting, at - 1)) <= key_of(item_at(sorting, at));
}

static void insert_each(const struct sorting *sorting, size_t from, size_t to)
{
    char item[MOST_SIZE];
    for (size_t i = from + 1; i < to; i++) {
        if (in_order(sorting, i))
            continue;
        memcpy(item, item_at(sorting, i), sorting->size);
        int64_t key = key_of(item);
        size_t at = i;
        while (at > from && key_of(item_at(sorting, at - 1)) > key)
            at--;
        memmove(item_at(sorting, at + 1), item_at(sorting, at),
                (i - at) * sorting->size);
        memcpy(item_at(sorting, at), item, sorting->size);
    }
}

/* The first of [from, to) that is above the key. */
static size_t first_above(const struct sorting *sorting, size_t from, size_t to,
                          int64_t key)
{
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (key_of(item_at(sorting, middle)) > key)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

/* Two neighbours, each in order; what of the first stands well stays. */
static void merge(const struct sorting *sorting, size_t from, size_t middle,
                  size_t to)
{
    if (in_order(sorting, middle))
        return;
    from = first_above(sorting, from, middle, key_of(item_at(sorting, middle)));
    size_t size = sorting->size, count = middle - from;
    memcpy(sorting->spare, item_at(sorting, from), count * size);
    const char *left = sorting->spare, *left_end = left + count * size;
    const char *right = item_at(sorting, middle), *end = item_at(sorting, to);
    char *at = item_at(sorting, from);
    for (; left < left_end; at += size) {
        bool takes_right = right < end && key_of(right) < key_of(left);
        memcpy(at, takes_right ? right : left, size);
        if (takes_right)
            right += size;
        else
            left += size;
    }
}

static bool is_sorted(const struct sorting *sorting, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!in_order(sorting, i))
            return false;
    return true;
}

void list_sort(lua_State *L, struct list *list)
{
    size_t count = list->count;
    struct sorting sorting = {.items = list->items, .size = list->size};
    if (is_sorted(&sorting, count))
        return;
    sorting.spare = list_push_zeros(L, count, list->size);
    for (size_t from = 0; from < count; from += BLOCK)
        insert_each(&sorting, from,
                    from + BLOCK < count ? from + BLOCK : count);
    for (size_t half = BLOCK; half < count; half *= 2)
        for (size_t from = 0; from + half < count; from += 2 * half)
            merge(&sorting, from, from + half,
                  from + 2 * half < count ? from + 2 * half : count);
    list_free(lua_touserdata(L, -1));
    lua_pop(L, 1);
}
