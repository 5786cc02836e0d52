#include "timeline/tally/map.h"

#include <stdlib.h>

#include <lauxlib.h>

#include "lua/compat.h"

#define CLASS "tidelock.map"
#define FIRST_ROOM 64

/* Open addressing: who finds its place taken takes the next that is free. */

void map_free(struct map *map)
{
    free(map->entries);
    *map = (struct map){0};
}

static int free_entries(lua_State *L)
{
    map_free(luaL_checkudata(L, 1, CLASS));
    return 0;
}

struct map *map_push(lua_State *L)
{
    struct map *map = lua_newuserdatauv(L, sizeof *map, 0);
    *map = (struct map){0};
    if (luaL_newmetatable(L, CLASS)) {
        lua_pushcfunction(L, free_entries);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return map;
}

/* The finalizer of splitmix64. */
static uint64_t hash(uint32_t of, uint64_t number)
{
    uint64_t bits = number + of * UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

static size_t home(const struct map *map, const struct map_entry *entry)
{
    return (size_t)hash(entry->of, entry->number) & (map->room - 1);
}

/* Where it is, or would be. */
static struct map_entry *place_of(const struct map *map, uint32_t of,
                                  uint64_t number)
{
    size_t at = (size_t)hash(of, number) & (map->room - 1);
    for (;; at = (at + 1) & (map->room - 1)) {
        struct map_entry *entry = &map->entries[at];
        if (!entry->is_there || (entry->number == number && entry->of == of))
            return entry;
    }
}

int64_t *map_find(const struct map *map, uint32_t of, uint64_t number)
{
    if (map->room == 0)
        return NULL;
    struct map_entry *entry = place_of(map, of, number);
    return entry->is_there ? &entry->value : NULL;
}

static void grow(lua_State *L, struct map *map)
{
    struct map more = {.room = map->room ? map->room * 2 : FIRST_ROOM};
    more.entries = calloc(more.room, sizeof *more.entries);
    if (!more.entries)
        luaL_error(L, "not enough memory");
    more.count = map->count;
    for (size_t i = 0; i < map->room; i++) {
        const struct map_entry *entry = &map->entries[i];
        if (entry->is_there)
            *place_of(&more, entry->of, entry->number) = *entry;
    }
    free(map->entries);
    *map = more;
}

int64_t *map_set(lua_State *L, struct map *map, uint32_t of, uint64_t number)
{
    if (map->count >= map->room - map->room / 4)
        grow(L, map);
    struct map_entry *entry = place_of(map, of, number);
    if (!entry->is_there) {
        *entry = (struct map_entry){.number = number, .of = of, .is_there = 1};
        map->count++;
    }
    return &entry->value;
}

/* Those behind it that would no more be found move into the hole. */
void map_remove(struct map *map, uint32_t of, uint64_t number)
{
    if (map->room == 0)
        return;
    struct map_entry *hole = place_of(map, of, number);
    if (!hole->is_there)
        return;
    map->count--;
    size_t mask = map->room - 1, at = (size_t)(hole - map->entries);
    for (size_t next = (at + 1) & mask; map->entries[next].is_there;
         next = (next + 1) & mask) {
        size_t wanted = home(map, &map->entries[next]);
        if (((next - wanted) & mask) < ((next - at) & mask))
            continue;
        map->entries[at] = map->entries[next];
        at = next;
    }
    map->entries[at].is_there = 0;
}
