#include "memory/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard.h"
#include "public/status.h"

/* Away from the numbers that scripts expect of their own files. */
#define FD_LEAST 64

_Thread_local unsigned char *tl_arena_base;
_Thread_local unsigned tl_arena;
unsigned char *tl_arena_bases[TL_ARENAS];
static int files[TL_ARENAS];

static void begin(uint64_t size, uint64_t backed)
{
    struct tl_root *root = tl_root();
    root->size = size;
    root->front = (sizeof *root + TL_LINE - 1) / TL_LINE * TL_LINE;
    atomic_store(&root->backed, backed);
}

/* Memcheck looks for lost memory, at the end of each process, in all that can
 * be read and written: in an arena to its last page, which it thereby backs.
 * There is none to be found, as an arena holds no pointers; and what is mapped
 * to be written alone it leaves out, while the processors that valgrind knows
 * read that too.  It tells that it runs by what it has loaded first. */
static int protection(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded && strstr(preloaded, "/vgpreload_")
               ? PROT_WRITE
               : PROT_READ | PROT_WRITE;
}

/* Takes fd.  The same file, by a high number where the limit of descriptors
 * leaves one. */
static int keep(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, FD_LEAST);
    if (high >= 0)
        close(fd);
    return high >= 0 ? high : fd;
}

/* Takes fd, also where it fails. */
static int map(unsigned number, int fd, uint64_t size)
{
    void *base =
        mmap(NULL, size, protection(), MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (base == MAP_FAILED) {
        close(fd);
        return TL_SYSTEM;
    }
    /* kept: through it another program looks in (tidelock ps), and a space
     * grows by it, and is known to be open; not across an exec */
    files[number] = keep(fd);
    tl_arena_bases[number] = base;
    tl_arena_go(number);
    return TL_OK;
}

/* Beyond that limit the kernel ends the process without a word (SIGXFSZ). */
static int check_limit(uint64_t size)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
        limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur) {
        errno = EFBIG;
        return TL_FILE_LIMIT;
    }
    return TL_OK;
}

int tl_arena_make(uint64_t size)
{
    int status = check_limit(size);
    if (status < 0)
        return status;
    int fd = tl_standard_avoid(memfd_create(TL_ARENA_NAME, MFD_CLOEXEC));
    if (fd < 0)
        return TL_SYSTEM;
    if (ftruncate(fd, (off_t)size) != 0) {
        close(fd);
        return TL_SYSTEM;
    }
    status = map(TL_HOME, fd, size);
    if (status == TL_OK)
        begin(size, size);
    return status;
}

/* The kernel gives up for any signal that is about to be handled, and a larger
 * piece takes it longer than signals may be apart: so they come later. */
int tl_arena_back(int fd, uint64_t from, uint64_t to)
{
    sigset_t all, mask;
    int failed;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    do
        failed = fallocate(fd, 0, (off_t)from, (off_t)(to - from));
    while (failed && errno == EINTR);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return failed ? TL_SYSTEM : TL_OK;
}

/* Makes an arena of an empty file. */
static int give_size(int fd, uint64_t size, uint64_t first)
{
    int status = check_limit(size);
    if (status < 0)
        return status;
    status = tl_arena_back(fd, 0, first);
    if (status == TL_OK && ftruncate(fd, (off_t)size) != 0)
        status = TL_SYSTEM;
    return status;
}

int tl_arena_map(unsigned number, int fd, uint64_t size, uint64_t first)
{
    off_t length = lseek(fd, 0, SEEK_END);
    int status = length > 0    ? TL_OK
                 : length == 0 ? give_size(fd, size, first)
                               : TL_SYSTEM;
    if (status < 0) {
        close(fd);
        return status;
    }
    status = map(number, fd, length ? (uint64_t)length : size);
    if (status == TL_OK && length == 0)
        begin(size, first);
    return status;
}

int tl_arena_view(int fd)
{
    unsigned number = TL_HOME + 1;
    struct stat file;
    while (number < TL_ARENAS && tl_arena_bases[number])
        number++;
    if (number == TL_ARENAS)
        return TL_TOO_MANY_SPACES;
    if (fstat(fd, &file) != 0)
        return TL_SYSTEM;
    void *base = mmap(NULL, (size_t)file.st_size, PROT_READ,
                      MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (base == MAP_FAILED)
        return TL_SYSTEM;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* none of the standard ones */
    if (copy < 0) {
        munmap(base, (size_t)file.st_size);
        return TL_SYSTEM;
    }
    files[number] = keep(copy);
    tl_arena_bases[number] = base;
    return (int)number;
}

bool tl_arena_stat(unsigned number, struct stat *file)
{
    return fstat(files[number], file) == 0;
}

void tl_arena_unmap(unsigned number)
{
    munmap(tl_arena_bases[number],
           ((struct tl_root *)(void *)tl_arena_bases[number])->size);
    close(files[number]);
    tl_arena_bases[number] = NULL;
}

void *tl_arena_carve(enum tl_region region, uint64_t size)
{
    struct tl_root *root = tl_root();
    size = (size + TL_LINE - 1) / TL_LINE * TL_LINE;
    if (size > atomic_load(&root->backed) - root->front &&
        tl_arena_extend(root->front + size) < 0)
        return NULL;
    root->regions[region] = root->front;
    root->front += size;
    return tl_region(region);
}

/* Without it a touch of a full /dev/shm would be a SIGBUS. */
static int back(uint64_t from, uint64_t to)
{
    return tl_arena_back(files[tl_arena], from, to) < 0 ? TL_NO_MEMORY : TL_OK;
}

static void raise_backed(uint64_t to)
{
    _Atomic uint64_t *backed = &tl_root()->backed;
    uint64_t seen = atomic_load(backed);
    while (seen < to && !atomic_compare_exchange_weak(backed, &seen, to))
        continue;
}

int tl_arena_extend(uint64_t upto)
{
    struct tl_root *root = tl_root();
    uint64_t backed = atomic_load(&root->backed);
    if (upto > root->size)
        return TL_NO_MEMORY;
    if (upto <= backed)
        return TL_OK; /* by another task, since the caller looked */
    /* twice as much, so that this is rare; where that fails, what is needed */
    uint64_t to = 2 * backed < root->size ? 2 * backed : root->size;
    if (to < upto || back(backed, to) < 0) {
        to = upto;
        if (back(backed, to) < 0)
            return TL_NO_MEMORY;
    }
    raise_backed(to);
    return TL_OK;
}
