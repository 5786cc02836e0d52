/*
 * Support: how all bindings check what they are given and report what came.
 *
 * There is one way for each thing:
 *   check    what the script gives, and where it does not fit, misuse
 *   result   outcomes: true, or nil and a reason; what is no outcome raises
 *   misuse   an error at the caller's line that names the object and the call
 *            and says what to do instead, with values as they are shown
 */
#ifndef TL_SUPPORT_H
#define TL_SUPPORT_H

#include <lauxlib.h>
#include <lua.h>

#include "lua/check.h"
#include "lua/context.h"
#include "lua/misuse.h"
#include "lua/result.h"
#include "lua/shown.h"

#endif
