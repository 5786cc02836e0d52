#include "lua/context.h"

#include <stddef.h>

_Thread_local lua_State *context_state;

_Thread_local struct making context_making;
