#include "context.h"

#include <stddef.h>

_Thread_local lua_State *support_state;

_Thread_local struct making support_making;
