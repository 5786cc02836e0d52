/*
 * Traceback: where an error came from, beyond the calls that catch it and raise
 * it again.
 *
 * `with` and `update` catch what their function raises, give back what they
 * hold, and raise it once more.  By then the frames that it came from are gone,
 * and a traceback would begin at `with`.  So they note the traceback first, and
 * whoever reports the error shows what was noted.
 */
#ifndef TL_TRACEBACK_H
#define TL_TRACEBACK_H

#include <lua.h>

/* Pushes the message handler of such a call: it notes the traceback, and leaves
 * the error as it is. */
void traceback_push_note(lua_State *L);

/* Pushes the value at index 1 as text, even where its __tostring fails. */
void traceback_push_text(lua_State *L);

/* In a message handler: adds the traceback of the error at index 1 to the text
 * at the top. */
void traceback_push(lua_State *L);

#endif
