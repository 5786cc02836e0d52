/*
 * Named: what sender and receiver both have travels by name: the globals, the
 * loaded modules, and the fields of those that cannot travel themselves.
 * Only for upvalues of functions: `local insert = table.insert` is not data;
 * and for what is in an environment of their own.
 */
#ifndef TL_NAMED_H
#define TL_NAMED_H

#include "decode.h"

/* Replaces the module name on top of the stack by the module, which is
 * required if it is not loaded.  Raises where there is none. */
void named_module(struct decoder *decoder);

/* Replaces module name and field name on top of the stack by the field. */
void named_field(struct decoder *decoder);

#endif
