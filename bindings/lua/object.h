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

/* Of an object that was closed by script. */
struct closed {
    struct tl_handle kept; /* in a callback: a wait may be about it */
    char title[TL_TEXT_SIZE];
};

struct object {
    uint64_t magic;
    struct tl_handle handle;
    struct closed *closed; /* NULL: it was not, by script */
};

/* The object at index, live or not; NULL: there is none. */
struct object *object_at(lua_State *L, int index);

/* Whose handle this is. */
struct object *object_of(const struct tl_handle *handle);

/* The handle in the value at index, or NULL where that is no live object. */
struct tl_handle *object_test(lua_State *L, int index);

/* `lock#3 "till"`, also of an object that was closed. */
void object_title(const struct tl_handle *handle, char *text, size_t size);

#endif
