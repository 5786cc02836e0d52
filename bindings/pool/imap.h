/*
 * Imap: pool:imap and imap_unordered, iterators over results while further
 * items are being sent.
 */
#ifndef TL_POOL_IMAP_H
#define TL_POOL_IMAP_H

#include <lua.h>

int pool_imap(lua_State *L);
int pool_imap_unordered(lua_State *L);

#endif
