#include "store/refs.h"

#include <string.h>

#include "public/status.h"
#include "store/heap.h"
#include "store/log.h"

static struct tl_reclaim_list *reclaim(void)
{
    return tl_region(TL_REGION_RECLAIM);
}

int tl_refs_make(void)
{
    struct tl_reclaim_list *made =
        tl_arena_carve(TL_REGION_RECLAIM, sizeof *made);
    if (!made)
        return TL_NO_MEMORY;
    tl_log_init(&made->log, TL_GUARD_REFS);
    return TL_OK;
}

static void prepare_claim(struct tl_object *object, tl_ref old, tl_ref new_)
{
    int change = !!(new_ & TL_CLAIMED) - !!(old & TL_CLAIMED);
    uint64_t *holders = &object->holders[tl_ref_side(new_ ? new_ : old)];
    if (change)
        tl_log_set(&reclaim()->log, holders,
                   *holders + (uint64_t)(int64_t)change);
}

static bool counts(tl_ref ref)
{
    return ref && !(ref & TL_LENT);
}

static void prepare_refs(struct tl_object *object, tl_ref old, tl_ref new_)
{
    uint64_t refs = object->refs + counts(new_) - counts(old);
    if (refs == object->refs)
        return;
    tl_log_set(&reclaim()->log, &object->refs, refs);
    if (refs == 0) {
        tl_log_set(&reclaim()->log, &object->next_reclaimed, reclaim()->first);
        tl_log_set(&reclaim()->log, &reclaim()->first, tl_offset(object));
    }
}

void tl_refs_prepare(tl_ref *word, tl_ref ref)
{
    tl_ref old = *word;
    if (old == ref)
        return;
    struct tl_object *object = tl_ref_object(ref ? ref : old);
    prepare_claim(object, old, ref);
    prepare_refs(object, old, ref);
    tl_log_set(&reclaim()->log, word, ref);
}

struct tl_log *tl_refs_begin(void)
{
    tl_log_begin(&reclaim()->log);
    return &reclaim()->log;
}

void tl_refs_end(void)
{
    tl_log_end(&reclaim()->log);
}

void tl_refs_set(tl_ref *word, tl_ref ref)
{
    tl_refs_begin();
    tl_refs_prepare(word, ref);
    tl_refs_end();
}

void tl_refs_adopt(tl_ref *word, tl_ref ref, uint64_t *owned)
{
    tl_log_begin(&reclaim()->log);
    if (*word)
        prepare_refs(tl_ref_object(*word), *word, 0);
    prepare_claim(tl_ref_object(ref), 0, ref);
    prepare_refs(tl_ref_object(ref), 0, ref);
    tl_log_set(&reclaim()->log, word, ref);
    tl_log_set(&reclaim()->log, owned, 0);
    tl_log_end(&reclaim()->log);
}

/* Who reads the word under the guard (tl_handle_borrow) and finds it lent comes
 * before what keeps the object is dropped, which is a step under the guard, and
 * after the word was emptied: release, and the same in tl_refs_lend, which
 * comes after the step that made the keeper. */
static void store(tl_ref *word, tl_ref ref)
{
    atomic_store_explicit((_Atomic uint64_t *)word, ref, memory_order_release);
    tl_fault();
}

void tl_refs_lend(tl_ref *word, tl_ref ref)
{
    store(word, ref | TL_LENT);
}

void tl_refs_drop(tl_ref *word)
{
    tl_ref ref = *word;
    if (!counts(ref)) {
        if (ref)
            store(word, 0);
        return;
    }
    struct tl_object *object = tl_ref_object(ref);
    int side = tl_ref_side(ref);
    void (*side_closed)(struct tl_object *, int) =
        tl_object_kind(object)->side_closed;
    if (side_closed) {
        tl_refs_set(word, ref & ~TL_CLAIMED);
        /* while the word still keeps the object alive; a task that dies here
         * leaves the word, and recovery drops it again */
        if (tl_log_peek(&object->holders[side]) == 0)
            side_closed(object, side);
    }
    tl_refs_set(word, 0);
}

static bool take_from_reclaim_list(uint64_t *owned)
{
    tl_log_begin(&reclaim()->log);
    uint64_t first = reclaim()->first;
    if (first) {
        struct tl_object *object = tl_at(first);
        tl_log_set(&reclaim()->log, owned, first);
        tl_log_set(&reclaim()->log, &reclaim()->first, object->next_reclaimed);
    }
    tl_log_end(&reclaim()->log);
    return first != 0;
}

static void destroy(uint64_t *owned)
{
    struct tl_object *object = tl_at(*owned);
    if (tl_object_kind(object)->destroy)
        tl_object_kind(object)->destroy(object);
    tl_heap_release(owned, 0);
}

void tl_refs_reclaim(void)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_RECLAIMED];
    /* not inside a destroy of this task: the outer call goes on */
    while (!*owned && tl_log_peek(&reclaim()->first) &&
           take_from_reclaim_list(owned))
        destroy(owned);
}

void tl_refs_reclaim_for(struct tl_task *dead)
{
    uint64_t *reclaimed = &dead->owned_blocks[TL_OWNED_RECLAIMED];
    if (*reclaimed)
        destroy(reclaimed);
    /* made, but never referred to: kind is 0 until it may be destroyed */
    uint64_t *made = &dead->owned_blocks[TL_OWNED_OBJECT];
    if (*made)
        destroy(made);
}
