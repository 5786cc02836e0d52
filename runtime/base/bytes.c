#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 4096

static bool make_room(struct tl_bytes *bytes, size_t size)
{
    if (bytes->used + size <= bytes->room)
        return true;
    size_t room = bytes->room ? bytes->room : ROOM_FIRST;
    while (room < bytes->used + size)
        room *= 2;
    unsigned char *data = realloc(bytes->data, room);
    if (!data) {
        bytes->failed = true;
        return false;
    }
    bytes->data = data;
    bytes->room = room;
    return true;
}

unsigned char *tl_bytes_reserve(struct tl_bytes *bytes, size_t size)
{
    return make_room(bytes, size) ? bytes->data + bytes->used : NULL;
}

void tl_bytes_add(struct tl_bytes *bytes, const void *data, size_t size)
{
    if (!size || !make_room(bytes, size))
        return;
    memcpy(bytes->data + bytes->used, data, size);
    bytes->used += size;
}

void tl_bytes_number(struct tl_bytes *bytes, uint64_t number)
{
    unsigned char out[10];
    tl_bytes_add(bytes, out, (size_t)(tl_bytes_put(out, number) - out));
}

void tl_bytes_text(struct tl_bytes *bytes, const char *text)
{
    size_t size = strlen(text);
    tl_bytes_number(bytes, size);
    tl_bytes_add(bytes, text, size);
}

void tl_bytes_free(struct tl_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct tl_bytes){0};
}
