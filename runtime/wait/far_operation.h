/*
 * Far operation: what a task does to an object on a server, for the recording
 * (public/recording): of the objects of spaces on servers this program has
 * nothing but names.
 *
 * Limits: of more than 512 objects a process tells no names.
 */
#ifndef TL_FAR_OPERATION_H
#define TL_FAR_OPERATION_H

#include "memory/object.h"

/* The space of a far object, by what the recording knows it by; NULL: it is an
 * object of an arena. */
const char *tl_far_operation_space(const struct tl_object *object);

#endif
