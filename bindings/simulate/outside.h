/*
 * Outside: names what a script does that is not simulated: io.popen,
 * os.execute, and each C module that it loads, whatever that does, but a few
 * that are known to compute alone (cjson, lpeg); those of one library
 * (posix.ctype, posix.unistd) together.  (Commands and sockets name
 * themselves.)
 */
#ifndef TL_BINDINGS_OUTSIDE_H
#define TL_BINDINGS_OUTSIDE_H

#include <lua.h>

void outside_open(lua_State *L);

#endif
