/*
 * Kinds: the one table of the kinds of objects, and what the lower rooms call
 * of the whole program.
 *
 * To add an object
 *   1. give it a number in enum tl_kind_id (public/core.h), and declare its
 * calls in the header of public/ where its kin are
 *   2. write ROOM/NAME.h with the struct, its invariants and who may write
 * what, and ROOM/NAME.c on the four verbs (wait/wait.h)
 *   3. add its row to kinds.c; what each entry means is in memory/object.h
 *   4. if a space may have it, say in space/file_check_kinds.c when it is sound
 *   5. bind it: bindings/objects/NAME.c, and its line in bindings/objects.h;
 * say in bindings/tidelock.d.lua what it does
 *   6. add its blocking calls to spec/support/blocking.lua, a sweep of deaths
 * to spec/c/program/crash_scenarios.h, and spec/ROOM/NAME_spec.lua
 */
#ifndef TL_KINDS_H
#define TL_KINDS_H

#include "memory/object.h"

/* First thing in a program; twice is harmless. */
void tl_kinds_install(void);

#endif
