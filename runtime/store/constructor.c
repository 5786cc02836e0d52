#include "store/cell.h"
#include "store/constructor.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/world.h"
#include "store/heap.h"
#include "store/handle.h"
#include "store/name_index.h"

/* The named object of a space that is asked for, if there is one. */
static bool find_named(struct tl_handle *out, enum tl_kind_id kind,
                       const char *name, uint64_t shape, int *status)
{
    bool any = out->side == TL_FIND_ANY;
    *status = tl_name_index_open(name, out);
    if (*status == TL_EMPTY)
        return false;
    if (*status < 0)
        return true;
    const struct tl_object *object = out->object;
    if (object->kind != (uint64_t)kind)
        *status = TL_OTHER_KIND;
    else if (!any && object->shape != shape)
        *status = TL_OTHER_SHAPE;
    return true;
}

void *tl_constructor_begin(struct tl_handle *out, enum tl_kind_id kind,
                           const char *name, uint64_t shape, int *status)
{
    /* what has no name in a space is this task's alone as yet */
    bool shared = out->arena != TL_HOME && name;
    *status =
        tl_enter_arena(out->arena, shared ? TL_OP_SPACE_MAKE : TL_OP_NONE);
    if (*status < 0 || (shared && find_named(out, kind, name, shape, status)))
        return NULL;
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_OBJECT];
    uint64_t size = tl_upcalls->kinds[kind].size;
    *status = tl_heap_take(owned, size);
    if (*status < 0)
        return NULL;
    struct tl_object *object = tl_at(*owned);
    memset(object, 0, size);
    object->number = tl_object_number(kind);
    object->shape = shape;
    if (name)
        snprintf(object->name, sizeof object->name, "%s", name);
    tl_fault();
    /* from now on tl_upcalls->kinds[kind].destroy may look at it */
    object->kind = kind;
    tl_fault();
    return object;
}

/* Gives the object its name in the space; or, where another program was faster,
 * opens that one's instead. */
static int enter_named(struct tl_handle *out, bool any)
{
    while (!tl_name_index_enter(out->object)) {
        const struct tl_object *object = out->object;
        struct tl_handle found = {.arena = out->arena,
                                  .side = any ? TL_FIND_ANY : 0};
        int status;
        if (find_named(&found, (enum tl_kind_id)object->kind, object->name,
                       object->shape, &status)) {
            tl_handle_close(out);
            *out = found;
            return status;
        }
    }
    tl_world_made(out->object);
    return TL_OK;
}

int tl_space_enter(struct tl_handle *handle, const char *name)
{
    int status = tl_enter_arena(handle->arena, TL_OP_SPACE_MAKE);
    if (status < 0)
        return status;
    struct tl_object *object = handle->object;
    snprintf(object->name, sizeof object->name, "%s", name);
    return enter_named(handle, false);
}

int tl_constructor_finish(struct tl_handle *out, int side)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_OBJECT];
    struct tl_object *object = tl_at(*owned);
    uint32_t cell;
    int status = tl_handle_reserve(&cell);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    tl_refs_adopt(&tl_cell_at(tl_self, cell)->ref,
                  tl_offset(object) | (side ? TL_SIDE : 0) | TL_CLAIMED, owned);
    bool any = out->side == TL_FIND_ANY;
    tl_handle_fill(out, cell);
    if (tl_arena != TL_HOME && object->name[0])
        return enter_named(out, any);
    tl_world_made(object);
    return TL_OK;
}
