/*
 * List: items of one size that grow as they come, in memory that Lua frees,
 * even where something raises.
 */
#ifndef TIMELINE_LIST_H
#define TIMELINE_LIST_H

#include <stddef.h>

#include <lua.h>

struct list {
    void *items;
    size_t count, room, size;
};

/* Pushes a userdata with no items of `size` bytes. */
struct list *list_push(lua_State *L, size_t size);

/* Room for one more, which counts; raises where there is no memory. */
void *list_add(lua_State *L, struct list *list);

/* Pushes a userdata of `count` items of `size` bytes, which are 0. */
void *list_push_zeros(lua_State *L, size_t count, size_t size);

/* Frees the items now; the list has none then. */
void list_free(struct list *list);

/* Sorts the list by the int64_t with which each item begins; those that are the
 * same stay as they are.  Fast where most stand in order. */
void list_sort(lua_State *L, struct list *list);

#endif
