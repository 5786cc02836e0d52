/*
 * Object: the userdata that stands for an object of the runtime: a magic word
 * that tells the kind, and the task's handle.
 */
#ifndef TL_OBJECT_H
#define TL_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "tidelock.h"

#define OBJECT_MAGIC UINT64_C(0x7469646c6f636b00) /* + kind */

/* What is left of an object that a script has closed. */
struct closed {
    struct tl_handle kept; /* set in a callback: a wait may be about it */
    char title[TL_TEXT_SIZE];
};

struct object {
    uint64_t magic;
    struct tl_handle handle;
    struct closed *closed; /* NULL: no script has closed it */
};

/* The object at index, live or not; NULL: there is none. */
struct object *object_at(lua_State *L, int index);

/* The object that this handle is part of. */
struct object *object_of(const struct tl_handle *handle);

/* The handle in the value at index, or NULL where that is no live object. */
struct tl_handle *object_test(lua_State *L, int index);

/* `lock#3 "till"`, also of an object that was closed. */
void object_title(const struct tl_handle *handle, char *text, size_t size);

#endif
