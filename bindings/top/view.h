/*
 * View: require "top.view": programs and spaces looked at without a trace
 * (runtime/public/view.h), for the commands top and ps.
 *
 *   programs()        those of this user that run: { { pid =, identity = } },
 *                     of each only the first process
 *   program(pid)      a view; or nil and why not
 *   space(name)       the same
 *   now()             seconds, for differences
 *   kill(pid, signal) true, or nil and why not
 *   cpus(pid, tid)    seconds that the thread has computed; nil: it is no more
 *
 *   view:tasks()      an array: { number =, name =, state =, pid =, tid =,
 *                     known =, waits =, where =, since =, parent =, daemon =,
 *                     sleeps =, object = (its offset), holds = { offsets },
 *                     enders = { numbers }, any_ends = }
 *   view:objects()    an array: { offset =, kind =, number =, name =, title =,
 *                     state =, moves = (nil: not counted) }
 *   view:memory()     bytes used, and bytes there could be
 *   view:name()       of the space; "" of a program
 *   view:identity()   the same for all that look at the same
 *   view:spaces(pid)  views of the spaces that the process has open
 *   view:close()
 */
#ifndef TOP_VIEW_H
#define TOP_VIEW_H

#include <lua.h>

int view_open_library(lua_State *L);

#endif
