#include "space/layout.h"

#include <pthread.h>
#include <string.h>

#include "store/handle.h"
#include "store/name_index.h"
#include "process/output.h"
#include "data/segment.h"
#include "store/heap.h"
#include "store/message.h"
#include "tasks/task.h"
#include "wait/deadlock_check.h"
#include "park/post.h"

int tl_layout_make(uint32_t tasks, uint32_t spare)
{
    if (tl_task_table_make(tasks, spare) < 0 || tl_post_make() < 0 ||
        tl_deadlock_check_make() < 0 || tl_object_make_counts() < 0 ||
        tl_output_make() < 0 || tl_name_index_make() < 0 ||
        tl_refs_make() < 0 ||
        tl_heap_make() < 0) /* last: the heap is the rest */
        return TL_NO_MEMORY;
    return TL_OK;
}

/* FNV-1a (Fowler, Noll, Vo), by words. */
static void mix(uint64_t *hash, uint64_t word)
{
    *hash = (*hash ^ word) * UINT64_C(0x100000001b3);
}

uint64_t tl_layout_shape(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *c = TL_VERSION; *c; c++)
        mix(&hash, (unsigned char)*c);
    for (int kind = 0; kind < TL_KINDS; kind++)
        mix(&hash, tl_upcalls->kinds[kind].size);
    mix(&hash, sizeof(struct tl_task));
    mix(&hash, sizeof(pthread_mutex_t));
    mix(&hash, sizeof(struct tl_segment));
    mix(&hash, sizeof(struct tl_message_block));
    mix(&hash, TL_REGIONS);
    mix(&hash, tl_post_size());
    mix(&hash, sizeof(struct tl_root));
    return hash;
}

uint64_t tl_layout_sum(const struct tl_root *root,
                       const struct tl_task_table *table)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    mix(&hash, root->shape);
    mix(&hash, root->size);
    mix(&hash, root->front);
    for (int i = 0; i < TL_REGIONS; i++)
        mix(&hash, root->regions[i]);
    mix(&hash, table->limit);
    mix(&hash, table->spare);
    return hash;
}

void tl_layout_sign(const char *magic)
{
    struct tl_root *root = tl_root();
    root->shape = tl_layout_shape();
    root->sum = tl_layout_sum(root, tl_task_table());
    memcpy(root->magic, magic, sizeof root->magic);
}
