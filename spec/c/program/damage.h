/* Damage: a space that holds some of everything, its file as bytes, and a
 * program that opens such a file and uses all that it finds; for damage_test.c
 * and space_fuzz.c. */
#ifndef DAMAGE_H
#define DAMAGE_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/procfs.h"
#include "memory/arena.h"
#include "tidelock.h"

static char damage_name[40], damage_path[128];

/* The file of a space: its first `used` bytes; behind them lies nothing but 0.
 */
struct damage_file {
    unsigned char *bytes;
    size_t used, size;
    size_t *filled; /* where there are words other than 0 */
    size_t filled_count;
};

static void damage_give_up(const char *what)
{
    perror(what);
    exit(2);
}

/* ---- making ---- */

static int damage_put(const struct tl_handle *queue, size_t size, double rank,
                      const struct tl_handle *carried)
{
    static unsigned char bytes[20000];
    tl_ref ref = carried ? tl_handle_ref(carried) : 0;
    struct tl_slice slice = {bytes, size};
    struct tl_message m = {&slice, 1, size, &ref, carried != NULL};
    return tl_queue_put(queue, &m, rank, TL_NOW);
}

static void damage_set(const struct tl_handle *table, int n, size_t size,
                       const struct tl_handle *carried)
{
    static char text[20000];
    tl_ref ref = carried ? tl_handle_ref(carried) : 0;
    struct tl_slice slice = {text, size};
    struct tl_message m = {&slice, 1, size, &ref, carried != NULL};
    struct tl_key key = {.type = TL_KEY_INTEGER, .i = n};
    if (n % 3 == 0) {
        snprintf(text, sizeof text, "%*d", n % 2 ? 9 : 90, n);
        key = (struct tl_key){.type = TL_KEY_STRING,
                              .string = {text, strlen(text)}};
    }
    tl_table_set(table, &key, &m);
    if (n % 5 == 0)
        tl_table_set(table, &key, NULL);
}

static void damage_fill_messages(struct tl_handle *h, unsigned space)
{
    for (int i = 0; i < 6; i++)
        h[i].arena = (uint16_t)space;
    tl_lock_new(&h[0], "lock");
    tl_queue_new(&h[1], "fifo", TL_FIFO, 0);
    tl_queue_new(&h[2], "lifo", TL_LIFO, 90);
    tl_queue_new(&h[3], "priority", TL_PRIORITY, 0);
    tl_table_new(&h[4], "table");
    tl_event_new(&h[5], NULL);
    struct tl_parcel parcel;
    for (int n = 0; n < 40; n++) {
        for (int q = 1; q <= 3; q++)
            damage_put(&h[q], (size_t)(n % 7 ? n * 90 : 9000), n * 7 % 5,
                       n % 9 ? NULL : &h[n % 2 ? 5 : 0]);
        damage_set(&h[4], n, (size_t)(n % 4 ? n : 6000), n % 8 ? NULL : &h[5]);
    }
    for (int q = 1; q <= 3; q++)
        for (int n = 0; n < 5; n++)
            if (tl_queue_get(&h[q], &parcel, TL_NOW) >= 0)
                tl_parcel_drop(&parcel);
}

static void damage_fill(unsigned space)
{
    static struct tl_handle h[20];
    struct tl_number number = {.i = 5};
    damage_fill_messages(h, space);
    for (int i = 6; i < 20; i++)
        h[i].arena = (uint16_t)space;
    tl_condition_new(&h[6], "condition", &h[0]);
    tl_condition_new(&h[7], "condition of its own", NULL);
    tl_rlock_new(&h[8], "rlock");
    tl_rwlock_new(&h[9], "rwlock");
    tl_semaphore_new(&h[10], "semaphore", 3, false);
    tl_semaphore_new(&h[11], "bounded", 3, true);
    tl_event_new(&h[12], "event");
    tl_latch_new(&h[13], "latch", 3);
    tl_barrier_new(&h[14], "barrier", 3);
    tl_value_new(&h[15], "value", number);
    tl_array_new(&h[16], "array", TL_INT32, 100);
    tl_buffer_new(&h[17], "buffer", 1000);
    tl_event_set(&h[12]);
}

/* Holds one object of each kind, and waits to be killed. */
static void damage_hold(unsigned space)
{
    struct tl_handle h[5] = {0};
    static const char *const names[] = {"lock", "rlock", "rwlock", "bounded",
                                        "latch"};
    for (int i = 0; i < 5; i++)
        tl_space_find(space, names[i], &h[i]);
    tl_lock_acquire(&h[0], TL_NOW);
    tl_rlock_acquire(&h[1], TL_NOW);
    tl_rwlock_read(&h[2], TL_NOW);
    tl_semaphore_acquire(&h[3], TL_NOW);
    tl_latch_wait(&h[4], TL_FOREVER);
}

/* Makes the space in a process of its own, which is killed or ends in order. */
static void damage_make_space(bool killed)
{
    int ready[2];
    if (pipe(ready) != 0)
        damage_give_up("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        int space = tl_init() < 0 ? -1 : tl_space_open(damage_name);
        if (space < 0)
            _exit(1);
        damage_fill((unsigned)space);
        if (write(ready[1], "x", 1) == 1 && killed)
            damage_hold((unsigned)space);
        tl_process_finish(0);
        _exit(0);
    }
    char byte;
    close(ready[1]);
    bool made = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    struct tl_procfs stat; /* better asleep; but it need not be */
    for (int i = 0;
         killed && i < 3000 && tl_procfs_read(pid, &stat) && stat.state != 'S';
         i++)
        usleep(1000);
    if (killed)
        kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (!made)
        damage_give_up("a space cannot be made");
}

static struct damage_file damage_read(void)
{
    struct damage_file file = {0};
    struct tl_root root;
    int fd = open(damage_path, O_RDONLY);
    if (fd < 0 || pread(fd, &root, sizeof root, 0) != sizeof root)
        damage_give_up(damage_path);
    file.used = (size_t)atomic_load(&root.backed);
    file.size = (size_t)root.size;
    file.bytes = calloc(1, file.used);
    if (!file.bytes ||
        pread(fd, file.bytes, file.used, 0) != (ssize_t)file.used)
        damage_give_up(damage_path);
    close(fd);
    file.filled = calloc(file.used / 8, sizeof *file.filled);
    for (size_t i = 0; i < file.used / 8; i++)
        if (((uint64_t *)(void *)file.bytes)[i])
            file.filled[file.filled_count++] = i;
    unlink(damage_path);
    return file;
}

static inline void damage_free(struct damage_file *damaged)
{
    free(damaged->bytes);
    free(damaged->filled);
}

static struct damage_file damage_make(bool killed)
{
    setenv("TIDELOCK_SPACE", "8M", 1);
    snprintf(damage_name, sizeof damage_name, "damage-%d", (int)getpid());
    if (!tl_space_path(damage_name, damage_path, sizeof damage_path))
        damage_give_up("tl_space_path");
    damage_make_space(killed);
    return damage_read();
}

/* ---- using ---- */

static void damage_use_table(struct tl_handle *h)
{
    static _Alignas(8) char keys[1 << 16];
    struct tl_key key = {.type = TL_KEY_INTEGER, .i = 3};
    struct tl_parcel parcel;
    int64_t size = tl_table_keys(h, keys, sizeof keys);
    const void *at = keys;
    for (int n = 0; size <= (int64_t)sizeof keys && n < 100 &&
                    at < (const void *)(keys + size);
         n++) {
        at = tl_key_read(at, &key);
        if (tl_table_get(h, &key, &parcel) == TL_OK)
            tl_parcel_drop(&parcel);
    }
    tl_table_length(h);
    for (int n = 0; n < 20; n++)
        damage_set(h, n, (size_t)n * 100, NULL);
}

static void damage_use_queue(struct tl_handle *h)
{
    struct tl_parcel parcel;
    static volatile unsigned char sink;
    damage_put(h, 50, 1, NULL);
    damage_put(h, 9000, 2, NULL);
    for (int n = 0; n < 60 && tl_queue_get(h, &parcel, TL_NOW) >= 0; n++) {
        for (size_t i = 0; i < parcel.size; i += 64)
            sink = ((const unsigned char *)parcel.data)[i];
        for (size_t i = 0; i < parcel.ref_count; i++) {
            struct tl_handle carried = {0};
            if (parcel.refs[i] &&
                tl_handle_open(&carried, tl_parcel_ref(&parcel, i)) == TL_OK)
                tl_handle_close(&carried);
        }
        tl_parcel_drop(&parcel);
        tl_queue_task_done(h);
    }
    (void)sink;
}

static void damage_use_lock(struct tl_handle *h)
{
    switch (h->kind) {
    case TL_KIND_LOCK:
        if (tl_lock_acquire(h, tl_deadline_in(1)) >= 0)
            tl_lock_release(h);
        break;
    case TL_KIND_RLOCK:
        if (tl_rlock_acquire(h, tl_deadline_in(1)) >= 0)
            tl_rlock_release(h);
        break;
    case TL_KIND_RWLOCK:
        if (tl_rwlock_write(h, tl_deadline_in(1)) >= 0)
            tl_rwlock_release(h);
        break;
    case TL_KIND_SEMAPHORE:
        if (tl_semaphore_acquire(h, TL_NOW) >= 0)
            tl_semaphore_release(h, 1);
        break;
    case TL_KIND_CONDITION:
        if (tl_condition_acquire(h, tl_deadline_in(1)) >= 0) {
            tl_condition_notify(h, 1);
            tl_condition_wait(h, TL_NOW);
            tl_condition_release(h);
        }
    }
}

static void damage_use_data(struct tl_handle *h)
{
    struct tl_number number = {.i = 1};
    switch (h->kind) {
    case TL_KIND_VALUE:
        tl_value_add(h, &number);
        break;
    case TL_KIND_ARRAY:
        for (uint64_t i = 0; i < tl_array_length(h); i++)
            tl_array_set(h, i, number);
        break;
    case TL_KIND_BUFFER:
        memset(tl_buffer_write(h, 0, tl_buffer_size(h)), 1, tl_buffer_size(h));
        break;
    case TL_KIND_LATCH:
        tl_latch_count_down(h, 1);
        tl_latch_wait(h, TL_NOW);
        break;
    case TL_KIND_BARRIER:
        tl_barrier_wait(h, TL_NOW);
        tl_barrier_reset(h);
        break;
    case TL_KIND_EVENT:
        tl_event_clear(h);
        tl_event_set(h);
        tl_event_wait(h, TL_NOW);
    }
}

static void damage_use_object(unsigned space, const char *name)
{
    struct tl_handle h = {0};
    char text[TL_TEXT_SIZE];
    if (tl_space_find(space, name, &h) != TL_OK)
        return;
    tl_describe(&h, text, sizeof text);
    if (h.kind == TL_KIND_QUEUE)
        damage_use_queue(&h);
    else if (h.kind == TL_KIND_TABLE)
        damage_use_table(&h);
    damage_use_lock(&h);
    damage_use_data(&h);
    tl_handle_close(&h);
}

/* Does whatever a program may do with what it has opened. */
static void damage_use(unsigned space)
{
    struct tl_name names[64];
    int64_t count = tl_space_names(space, names, 64);
    struct tl_task_info info;
    uint32_t number = 1;
    while (tl_task_look(space, &number, &info) == TL_OK)
        continue;
    for (int64_t i = 0; i < count && i < 64; i++)
        damage_use_object(space, names[i].text);
    for (int64_t i = 0; i < count && i < 64; i++)
        tl_space_remove(space, names[i].text);
}

/* Uses all objects without end; to be killed. */
static inline void damage_work(unsigned space)
{
    struct tl_name names[64];
    for (;;) {
        int64_t count = tl_space_names(space, names, 64);
        for (int64_t i = 0; i < count && i < 64; i++)
            damage_use_object(space, names[i].text);
        struct tl_handle passing = {.arena = (uint16_t)space};
        tl_queue_new(&passing, "passing", TL_LIFO, 0);
        damage_use_queue(&passing);
        tl_space_remove(space, "passing");
        tl_handle_close(&passing);
    }
}

/* ---- the file ---- */

static void damage_write(const struct damage_file *file)
{
    unlink(damage_path);
    int fd = open(damage_path, O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)file->size) != 0)
        damage_give_up(damage_path);
    void *to = mmap(NULL, file->used, PROT_WRITE, MAP_SHARED, fd, 0);
    if (to == MAP_FAILED)
        damage_give_up("mmap");
    memcpy(to, file->bytes, file->used);
    munmap(to, file->used);
    close(fd);
}

/* Whether the file is as it was written. */
static bool damage_is_untouched(const struct damage_file *file)
{
    int fd = open(damage_path, O_RDONLY);
    if (fd < 0)
        return false;
    void *there = mmap(NULL, file->used, PROT_READ, MAP_SHARED, fd, 0);
    bool same =
        there != MAP_FAILED && memcmp(there, file->bytes, file->used) == 0;
    if (there != MAP_FAILED)
        munmap(there, file->used);
    close(fd);
    return same;
}

#endif
