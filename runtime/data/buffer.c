#include "data/buffer.h"

#include <stdio.h>
#include <string.h>

#include "store/heap.h"
#include "store/constructor.h"
#include "store/handle.h"

static struct tl_buffer *buffer_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_buffer_new(struct tl_handle *out, const char *name, uint64_t size)
{
    int status;
    struct tl_buffer *buffer =
        tl_constructor_begin(out, TL_KIND_BUFFER, name, size, &status);
    if (!buffer)
        return status;
    status = tl_heap_take(&buffer->bytes, size);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    memset(tl_at(buffer->bytes), 0, size);
    buffer->size = size;
    return tl_constructor_finish(out, 0);
}

uint64_t tl_buffer_size(const struct tl_handle *handle)
{
    return handle->object ? buffer_of(handle)->size : 0;
}

/* The one block of 64 bytes that the range is in, or all. */
static uint64_t key_of(uint64_t offset, uint64_t count)
{
    uint64_t last = count ? offset + count - 1 : offset;
    return offset / TL_LINE == last / TL_LINE ? offset / TL_LINE
                                              : TL_INTENT_ALL;
}

static unsigned char *range(const struct tl_handle *handle,
                            enum tl_operation operation, uint64_t offset,
                            uint64_t count)
{
    int status = tl_enter_at(handle, operation, key_of(offset, count));
    return status < 0
               ? NULL
               : (unsigned char *)tl_at(buffer_of(handle)->bytes) + offset;
}

const unsigned char *tl_buffer_read(const struct tl_handle *handle,
                                    uint64_t offset, uint64_t count)
{
    return range(handle, TL_OP_BUFFER_READ, offset, count);
}

unsigned char *tl_buffer_write(const struct tl_handle *handle, uint64_t offset,
                               uint64_t count)
{
    return range(handle, TL_OP_BUFFER_WRITE, offset, count);
}

void tl_buffer_describe(const struct tl_object *object, int side, char *text,
                        size_t size)
{
    (void)side;
    snprintf(text, size, "%llu bytes",
             (unsigned long long)((const struct tl_buffer *)object)->size);
}

void tl_buffer_destroy(struct tl_object *object)
{
    tl_heap_release(&((struct tl_buffer *)object)->bytes, 0);
}
