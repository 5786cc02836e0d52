/*
 * Kinds: the one table of the kinds of objects, and what the lower rooms call
 * of the whole program.
 *
 * To add an object NAME (the latch is a short one that has all of this):
 *   1. Give it a number in enum tl_kind_id (public/core.h); declare its calls
 *      in the header of public/ where its kin are.
 *   2. Write ROOM/NAME.h with the struct, its invariants and who may write
 *      what, and ROOM/NAME.c: how it waits, wait/wait.h says.
 *   3. Add its row to kinds.c; memory/object.h says what each entry means; and
 *      a row for each of its calls to wait/operation.h.
 *   4. If a space may have it: space/file_check_kinds.c says when it is
 *      sound, bindings/objects/space.c lists it, spec/c/program/damage.h
 *      damages one.
 *   5. Bind it: bindings/objects/NAME.c; bindings/objects.h says what opens
 *      it; bindings/tidelock.d.lua tells what it does.
 *   6. Test it: spec/ROOM/NAME_spec.lua, its blocking calls in
 *      spec/support/blocking.lua, what each call announces in
 *      operations_cases.lua of spec/c/program/, and a sweep of deaths in the
 *      crash_*.h there.
 */
#ifndef TL_KINDS_H
#define TL_KINDS_H

#include "memory/object.h"

/* First thing in a program; twice is harmless. */
void tl_kinds_install(void);

#endif
