/*
 * Compat: where Lua 5.3 and 5.4 differ.  Nothing else asks for the version.
 */
#ifndef TL_COMPAT_H
#define TL_COMPAT_H

#include <lua.h>

#if LUA_VERSION_NUM >= 504
#define COMPAT_WARNINGS 1         /* lua_warning */
#define COMPAT_FINALIZERS_RAISE 0 /* where something is allocated */
#define COMPAT_OWN_RANDOM                                                      \
    1 /* each state has its sequence of random numbers                         \
       */
#else
#define COMPAT_WARNINGS 0
#define COMPAT_FINALIZERS_RAISE 1
#define COMPAT_OWN_RANDOM 0
#define lua_setiuservalue(L, index, n) lua_setuservalue(L, index)
#define lua_getiuservalue(L, index, n) lua_getuservalue(L, index)
#define lua_newuserdatauv(L, size, n) lua_newuserdata(L, size)
#define lua_warning(L, message, more) ((void)0)
#endif

#endif
