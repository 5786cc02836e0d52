/*
 * Holders: who held which lock, from when to when, as timeline/holds.lua tells.
 */
#ifndef TIMELINE_HOLDERS_H
#define TIMELINE_HOLDERS_H

#include <stdint.h>

#include <lua.h>

#include "timeline/tally/list.h"

struct hold {
    int64_t to, from; /* `to` comes first: by it they are sorted */
    uint32_t task, object;
};

/* holders(trace, does) -> { count =, task =, object =, from =, to = }, columns
 * (timeline/read/columns.h); does(object, operation): as meaning.reader makes
 * it. */
int holders_of(lua_State *L);

/* Pushes these columns, of the list of holds at `index`. */
void holders_push(lua_State *L, int index);

/* The list of holds whose columns stand at `index`; raises of other things. */
const struct list *holders_list(lua_State *L, int index);

/* held(holds, from, to) -> { [object] = how long it was held in that time } */
int holders_held(lua_State *L);

#endif
