#include "arena.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "status.h"

unsigned char *tl_arena_base;
static uint64_t arena_size, front;

int tl_arena_make(uint64_t size)
{
    int fd = memfd_create("tidelock", MFD_CLOEXEC);
    if (fd < 0)
        return TL_SYSTEM;
    if (ftruncate(fd, (off_t)size) != 0) {
        close(fd);
        return TL_SYSTEM;
    }
    void *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_NORESERVE, fd, 0);
    /* the mapping keeps the memory; no descriptor is left to a child */
    close(fd);
    if (base == MAP_FAILED)
        return TL_SYSTEM;
    tl_arena_base = base;
    arena_size = size;
    front = TL_LINE; /* offset 0 stays nothing */
    return TL_OK;
}

void *tl_arena_carve(uint64_t size)
{
    size = (size + TL_LINE - 1) / TL_LINE * TL_LINE;
    if (size > arena_size - front)
        return NULL;
    void *region = tl_at(front);
    front += size;
    return region;
}

uint64_t tl_arena_front(void)
{
    return front;
}

uint64_t tl_arena_size(void)
{
    return arena_size;
}
