/* The objects that a message brings: a known one is the same userdata again,
 * any other is opened. */
#include "lua/userdata.h"

#include "lua/support.h"

/* A pipe's end that this process has merely inherited counts as its own from
 * the moment it is received: the sender may be about to close its own. */
static void renew(struct object *known, struct tl_handle *received)
{
    struct tl_handle old = known->handle;
    known->handle = *received;
    *received = old;
    tl_handle_close(received);
}

void object_push(lua_State *L, tl_ref ref)
{
    struct object *known = NULL;
    if (object_recall(L, tl_ref_identity(ref))) {
        known = lua_touserdata(L, -1);
        if (known->handle.kind != TL_KIND_PIPE)
            return;
    }
    struct tl_handle *handle = object_reserve(L);
    bool tried = false;
    int status;
    do
        status = tl_handle_open(handle, ref);
    while (result_try_again(L, status, &tried));
    if (status < 0)
        luaL_error(L, "cannot receive an object: %s", tl_status_text(status));
    if (known) {
        renew(known, handle);
        lua_pop(L, 1);
    } else {
        object_settle(L);
    }
}

void object_push_named(lua_State *L, const char *space, uint64_t identity,
                       const char *name, int kind, uint64_t number)
{
    struct tl_handle *handle = object_reserve(L);
    char unused[TL_NAME_SIZE];
    int arena = tl_space_open_same(space, identity);
    int status =
        arena < 0 ? arena : tl_space_find((unsigned)arena, name, handle);
    if (status == TL_OK &&
        (handle->kind != kind || tl_handle_name(handle, unused) != number)) {
        tl_handle_close(handle);
        status = TL_EMPTY;
    }
    if (status < 0)
        luaL_error(L, "cannot receive the %s \"%s\" of the space \"%s\": %s",
                   tl_kind_name(kind), name, space,
                   status == TL_EMPTY ? "it was removed"
                                      : tl_status_text(status));
    object_settle(L);
}
