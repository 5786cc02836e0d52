/*
 * Map: from a pair of numbers to a number, in memory that Lua frees, even where
 * something raises.
 */
#ifndef TIMELINE_MAP_H
#define TIMELINE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

struct map_entry {
    uint64_t number;
    int64_t value;
    uint32_t of, is_there;
};

struct map {
    struct map_entry *entries;
    size_t count, room; /* room: 0, or a power of two */
};

/* Pushes a userdata, a map in which nothing is. */
struct map *map_push(lua_State *L);

/* The value of this pair; NULL: it has none. */
int64_t *map_find(const struct map *map, uint32_t of, uint64_t number);

/* The same, which is 0 where it had none; raises where there is no memory. */
int64_t *map_set(lua_State *L, struct map *map, uint32_t of, uint64_t number);

/* Takes it out, if it is there. */
void map_remove(struct map *map, uint32_t of, uint64_t number);

/* Frees it now; nothing is in it then. */
void map_free(struct map *map);

#endif
