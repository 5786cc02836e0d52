#include "store/cell.h"
#include "store/name_index.h"

#include <string.h>

#include "store/handle.h"
#include "store/log.h"
#include "store/refs.h"

static struct tl_name_index *names(void)
{
    return tl_region(TL_REGION_NAMES);
}

int tl_name_index_make(void)
{
    return tl_arena_carve(TL_REGION_NAMES, sizeof(struct tl_name_index))
               ? TL_OK
               : TL_NO_MEMORY;
}

/* Under the guard: the link that leads to the object of the name; it is 0 where
 * there is none. */
static uint64_t *link_to(const char *name)
{
    uint64_t *link = &names()->first;
    while (*link) {
        struct tl_object *object = tl_at(*link);
        if (strcmp(object->name, name) == 0)
            break;
        link = &object->next_named;
    }
    return link;
}

int tl_name_index_open(const char *name, struct tl_handle *out)
{
    struct tl_cell *cell;
    uint32_t index;
    int status = tl_handle_reserve(&index);
    if (status < 0)
        return status;
    cell = tl_cell_at(tl_self, index);
    cell->debt = 0;
    tl_refs_begin();
    uint64_t *link = link_to(name);
    if (*link)
        tl_refs_prepare(&cell->ref, *link | TL_CLAIMED);
    tl_refs_end();
    return tl_handle_fill(out, index);
}

/* All names, as far as there is room; how many there are.  Under one hold of
 * the guard, since others may change any part of the list while it is free. */
static size_t copy_all(struct tl_name *to, size_t most)
{
    size_t n = 0;
    tl_refs_begin();
    for (uint64_t at = names()->first; at; n++) {
        const struct tl_object *object = tl_at(at);
        if (n < most)
            memcpy(to[n].text, object->name, sizeof to->text);
        at = object->next_named;
    }
    tl_refs_end();
    return n;
}

bool tl_name_index_enter(struct tl_object *object)
{
    struct tl_log *log = tl_refs_begin();
    bool is_free = *link_to(object->name) == 0;
    if (is_free) {
        tl_log_set(log, &object->next_named, names()->first);
        tl_log_set(log, &names()->first, tl_offset(object));
        tl_refs_prepare(&object->named, tl_offset(object));
    }
    tl_refs_end();
    return is_free;
}

static bool remove_name(const char *name)
{
    struct tl_log *log = tl_refs_begin();
    uint64_t *link = link_to(name);
    bool found = *link != 0;
    if (found) {
        struct tl_object *object = tl_at(*link);
        tl_log_set(log, link, object->next_named);
        tl_refs_prepare(&object->named, 0);
    }
    tl_refs_end();
    tl_refs_reclaim();
    return found;
}

/* ---- in a space, by its number ---- */

int64_t tl_space_names(unsigned space, struct tl_name *names, size_t most)
{
    int status = tl_enter_arena(space, TL_OP_SPACE_LIST);
    return status < 0 ? status : (int64_t)copy_all(names, most);
}

int tl_space_find(unsigned space, const char *name, struct tl_handle *out)
{
    int status = tl_enter_arena(space, TL_OP_SPACE_FIND);
    return status < 0 ? status : tl_name_index_open(name, out);
}

int tl_space_remove(unsigned space, const char *name)
{
    int status = tl_enter_arena(space, TL_OP_SPACE_REMOVE);
    if (status < 0)
        return status;
    return remove_name(name) ? TL_OK : TL_EMPTY;
}
