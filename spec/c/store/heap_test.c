/*
 * The allocator: what the sweep of deaths does not reach.
 *
 * Linked with --wrap of sysconf and madvise: here a page has 64 KiB; and of
 * tl_log_end, since each step ends there that is done while others wait.
 */
#include <string.h>
#include <unistd.h>

#include "store/heap_layout.h"
#include "store/message.h"
#include "support/lower.h"

#define MOST 2000

static uint64_t *owners; /* words of the arena: what owns a block */

/* Takes blocks of many sizes and releases them in another order, three times:
 * all memory comes back. */
static bool comes_back(void)
{
    uint64_t before, after;
    tl_heap_used(&before);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MOST; i++)
            if (tl_heap_take(&owners[i], (uint64_t)(i * 7919 % 70000)) < 0)
                return false;
        for (int i = 0; i < MOST; i++)
            tl_heap_release(&owners[i * 997 % MOST], 0);
        if (!tl_heap_check())
            return false;
    }
    tl_heap_used(&after);
    return before == after;
}

/* Blocks larger than 32 bits can count do not overlap; nothing in them is
 * touched. */
static bool large_blocks_are_apart(void)
{
    const uint64_t size = UINT64_C(5) << 30;
    if (tl_heap_take(&owners[0], size) < 0 ||
        tl_heap_take(&owners[1], size) < 0)
        return false;
    uint64_t a = owners[0], b = owners[1];
    bool apart = a + size <= b || b + size <= a;
    tl_heap_release(&owners[0], 0);
    tl_heap_release(&owners[1], 0);
    return apart && tl_heap_check();
}

/* A block too large is refused, and small ones can still be had. */
static bool full_is_told(void)
{
    int n = 0, status;
    while ((status = tl_heap_take(&owners[n], UINT64_C(1) << 30)) == TL_OK)
        n++;
    bool small = tl_heap_take(&owners[n], 100) == TL_OK;
    for (int i = 0; i <= n; i++)
        tl_heap_release(&owners[i], 0);
    return status == TL_NO_MEMORY && n > 8 && small && tl_heap_check() &&
           tl_heap_take(&owners[0], UINT64_MAX / 2) == TL_TOO_LARGE;
}

/* Small blocks lie all over the arena, and every third stays: the two between
 * are joined.  Nothing more is found, however often it is tried. */
static bool pieces_are_joined(void)
{
    uint64_t *rest = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    for (int i = 0; i < MOST; i++)
        if (tl_heap_take(&owners[i], 20000) < 0)
            return false;
    int n = 0;
    for (uint64_t size = UINT64_C(16) << 30; size >= 64; size /= 2)
        while (n < 48 && tl_heap_take(&owners[MOST + n], size) == TL_OK)
            n++;
    for (int i = 0; i < MOST; i++)
        if (i % 3)
            tl_heap_release(&owners[i], 0);
    bool well = tl_heap_check();
    int joined = 0;
    while (tl_heap_take(rest, 60000) == TL_NO_MEMORY && joined < 3)
        joined++;
    well = well && joined == 3 && tl_heap_check();
    for (int i = 1; i + 1 < MOST && well; i += 3)
        well = tl_heap_take(&owners[i], 39000) == TL_OK;
    well = well && tl_heap_take(rest, 39000) == TL_NO_MEMORY;
    for (int i = 0; i < MOST + n; i++)
        tl_heap_release(&owners[i], 0);
    return well && tl_heap_check();
}

/* ---- joining, step by step ---- */

static int longest; /* how many blocks the cursor passed in one step */
static int laps;
static uint64_t cursor;

void really_end(struct tl_log *log) __asm__("__real_tl_log_end");
void end(struct tl_log *log) __asm__("__wrap_tl_log_end");
void end(struct tl_log *log)
{
    int passed = 0;
    uint64_t at = cursor;
    laps += heap()->cursor < at;
    while (at && at < heap()->cursor) {
        at += header_at(at)->size;
        passed++;
    }
    cursor = heap()->cursor;
    longest = passed > longest ? passed : longest;
    really_end(log);
}

/* Nothing can be joined of all that lies there, and who finds that out lets
 * others take and release blocks meanwhile: no step looks at more than some
 * dozens, whatever the number of all. */
static bool joining_goes_in_short_steps(void)
{
    uint64_t *rest = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    for (int i = 0; i < MOST; i++)
        if (tl_heap_take(&owners[i], 100) < 0)
            return false;
    int n = 0;
    for (uint64_t size = UINT64_C(16) << 30; size >= 64; size /= 2)
        while (n < 48 && tl_heap_take(&owners[MOST + n], size) == TL_OK)
            n++;
    for (int i = 0; i < MOST; i += 2)
        tl_heap_release(&owners[i], 0);
    cursor = heap()->cursor;
    longest = laps = 0;
    bool refused = tl_heap_take(rest, 100000) == TL_NO_MEMORY;
    for (int i = 0; i < MOST + n; i++)
        tl_heap_release(&owners[i], 0);
    return refused && laps > 0 && longest > 0 && longest <= 64;
}

/* ---- pages ---- */

#define PAGE (64 << 10)

static int advised, wrongly;

long real_sysconf(int name) __asm__("__real_sysconf");
long size_of_page(int name) __asm__("__wrap_sysconf");
long size_of_page(int name)
{
    return name == _SC_PAGESIZE ? PAGE : real_sysconf(name);
}

int advise(void *address, size_t size, int advice) __asm__("__wrap_madvise");
int advise(void *address, size_t size, int advice)
{
    advised++;
    /* the arena would begin with a page there */
    wrongly += advice != 23 || tl_offset(address) % PAGE != 0 ||
               size % PAGE != 0 || size == 0;
    return 0;
}

/* The kernel refuses what is not of whole pages, and they are not always of
 * 4096 bytes. */
static bool pages_are_of_the_system(void)
{
    static unsigned char bytes[1 << 20];
    for (size_t size = PAGE; size <= sizeof bytes; size += 50000) {
        struct tl_slice slice = {bytes, size};
        struct tl_message m = {&slice, 1, size, NULL, 0};
        if (tl_message_pack(&owners[size / 50000], &m) < 0)
            return false;
    }
    for (int i = 0; i < 64; i++)
        tl_heap_release(&owners[i], 0);
    return advised > 0 && wrongly == 0;
}

/* Of two that find a space too small at the same moment, the second finds that
 * the first has made it larger: that is not to be out of memory. */
static bool memory_of_others_is_there(void)
{
    return tl_arena_extend(atomic_load(&tl_root()->backed)) == TL_OK &&
           tl_arena_extend(tl_root()->size + 1) == TL_NO_MEMORY;
}

int main(void)
{
    if (!lower_init(UINT64_C(20) << 30))
        return 1;
    /* one of the task's own words owns the block of the others */
    uint64_t *words = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    if (tl_heap_take(words, (MOST + 64) * sizeof *owners) < 0)
        return 1;
    owners = tl_at(*words);
    memset(owners, 0, (MOST + 64) * sizeof *owners);
    say(pieces_are_joined(), "free neighbours become one, all over the arena");
    say(comes_back(), "blocks of all sizes come back");
    say(large_blocks_are_apart(), "blocks of 5 GiB do not overlap");
    say(full_is_told(), "a full arena is told, and goes on");
    say(pages_are_of_the_system(), "pages are of the system's size");
    say(joining_goes_in_short_steps(), "joining goes in short steps");
    say(memory_of_others_is_there(), "memory that others got is there");
    return lower_failures;
}
