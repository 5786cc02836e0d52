#include "explore/host/kept_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum kept_kind { KEPT_ABSENT, KEPT_FILE, KEPT_LINK, KEPT_FOLDER, KEPT_MOVED };

/* A record: this, the path with its 0, and `size` bytes: the content, the
 * link's text, or where it was moved to. */
struct record {
    uint32_t kind, path_size;
    uint64_t size;
    struct stat was;
};

static struct kept_files *state;
static int records = -1, lock = -1;

void kept_files_begin(struct kept_files *kept, int records_, int lock_)
{
    state = kept;
    records = records_;
    lock = lock_;
}

/* ---- keeping ---- */

static uint64_t hash_of(const char *path)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
    return hash;
}

/* The number of the record of that path, from 1; 0: there is none. */
static uint32_t find(const char *path)
{
    uint64_t hash = hash_of(path);
    for (uint32_t i = 0; i < atomic_load(&state->count); i++)
        if (state->paths[i] == hash && state->states[i] != KEPT_OVER)
            return i + 1;
    return 0;
}

static void tell_lost(const char *path, const char *why)
{
    char text[300];
    snprintf(text, sizeof text, "%.200s cannot be put back: %s", path, why);
    if (!state->told)
        tl_explore_notice(text);
    state->told = true;
}

static bool append(const void *data, size_t size, uint64_t *at)
{
    if (pwrite(records, data, size, (off_t)*at) != (ssize_t)size)
        return false;
    *at += size;
    return true;
}

/* The record of what is at the path; its content is in `data`, or in `from`. */
static bool add(struct record *record, const char *path, const char *data,
                int from)
{
    static char block[1 << 16];
    uint64_t at = state->used, end;
    record->path_size = (uint32_t)strlen(path) + 1;
    if (at + sizeof *record + record->path_size + record->size >
            KEPT_FILES_BYTES ||
        atomic_load(&state->count) == KEPT_FILES_MOST)
        return false;
    at += sizeof *record;
    if (!append(path, record->path_size, &at))
        return false;
    end = at + record->size;
    while (at < end) {
        ssize_t got =
            data ? (ssize_t)record->size : read(from, block, sizeof block);
        if (got <= 0 || at + (uint64_t)got > end)
            break;
        if (!append(data ? data : block, (size_t)got, &at))
            return false;
    }
    record->size -= end - at; /* it was cut meanwhile */
    uint64_t start = state->used;
    uint32_t number = atomic_load(&state->count);
    state->starts[number] = start;
    if (!append(record, sizeof *record, &start))
        return false;
    state->paths[number] = hash_of(path);
    state->states[number] = KEPT_STAYS;
    state->used = at;
    atomic_store(&state->count, number + 1); /* commit */
    return true;
}

static void keep_file(struct record *record, const char *path)
{
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC | O_NOATIME));
    if (fd < 0)
        fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC));
    if (fd < 0) {
        tell_lost(path, strerror(errno));
        return;
    }
    record->size = (uint64_t)record->was.st_size;
    if (!add(record, path, NULL, fd))
        tell_lost(path, "more than 64 MiB of files are written");
    close(fd);
}

static void keep_link(struct record *record, const char *path)
{
    char text[PATH_MAX];
    ssize_t size = readlink(path, text, sizeof text);
    record->size = size > 0 ? (uint64_t)size : 0;
    if (size < 0 || !add(record, path, text, -1))
        tell_lost(path, "there are too many files");
}

static void keep_absent(struct record *record, const char *path)
{
    record->kind = KEPT_ABSENT;
    if (!add(record, path, "", -1))
        tell_lost(path, "there are too many files");
}

static bool is_output(const struct stat *what)
{
    struct stat output;
    return fstat(STDOUT_FILENO, &output) == 0 &&
           output.st_ino == what->st_ino && output.st_dev == what->st_dev;
}

static void keep_what_is(const char *path)
{
    struct record record = {0};
    if (lstat(path, &record.was) < 0) {
        keep_absent(&record, path);
    } else if (S_ISREG(record.was.st_mode) && !is_output(&record.was)) {
        record.kind = KEPT_FILE;
        keep_file(&record, path);
    } else if (S_ISLNK(record.was.st_mode)) {
        record.kind = KEPT_LINK;
        keep_link(&record, path);
    } else if (S_ISDIR(record.was.st_mode)) {
        record.kind = KEPT_FOLDER;
        add(&record, path, "", -1);
    }
}

/* The first of a schedule waits for other workers' schedules that write. */
static void begin_writing(void)
{
    struct tl_exploration *exploration = tl_explored();
    if (exploration)
        exploration->account.wrote_files = true;
    while (flock(lock, LOCK_EX) < 0 && errno == EINTR)
        continue;
}

static bool is_drawn(const char *path)
{
    uint32_t number = find(path);
    return number && state->states[number - 1] == KEPT_DRAWN;
}

void kept_files_keep(const char *path, bool follows)
{
    char real[PATH_MAX];
    int error = errno;
    if (!state)
        return;
    begin_writing();
    if (follows && !is_drawn(path) && realpath(path, real))
        path = real;
    if (!find(path))
        keep_what_is(path);
    errno = error;
}

void kept_files_draw(void)
{
    if (state)
        begin_writing();
}

void kept_files_drawn(const char *path)
{
    struct record record = {0};
    if (!state || find(path))
        return;
    keep_absent(&record, path);
    uint32_t number = find(path);
    if (number)
        state->states[number - 1] = KEPT_DRAWN;
}

void kept_files_removed(const char *path)
{
    if (state && is_drawn(path))
        state->states[find(path) - 1] = KEPT_OVER;
}

/* From now on what is at the path may be another file than the one that was
 * made there. */
static void stay(const char *path)
{
    uint32_t number = find(path);
    if (number)
        state->states[number - 1] = KEPT_STAYS;
}

void kept_files_rename(const char *from, const char *to)
{
    struct record record = {.kind = KEPT_MOVED, .size = strlen(to)};
    if (!state)
        return;
    kept_files_keep(from, false);
    kept_files_keep(to, false);
    stay(from);
    stay(to);
    if (lstat(from, &record.was) == 0 && !add(&record, from, to, -1))
        tell_lost(from, "there are too many files");
}

/* ---- putting back ---- */

static void write_content(int fd, const struct record *record, uint64_t at)
{
    static char block[1 << 16];
    uint64_t end = at + record->size;
    while (at < end) {
        size_t wanted = end - at < sizeof block ? end - at : sizeof block;
        ssize_t got = pread(records, block, wanted, (off_t)at);
        if (got <= 0 || write(fd, block, (size_t)got) != got)
            return;
        at += (uint64_t)got;
    }
}

static bool is_same(const char *path, const struct stat *was)
{
    struct stat now;
    return lstat(path, &now) == 0 && now.st_ino == was->st_ino &&
           now.st_dev == was->st_dev;
}

/* It is not emptied first: ext4 would write one that is to the disk at once. */
static void put_file_back(const struct record *record, const char *path,
                          uint64_t at)
{
    bool same = is_same(path, &record->was);
    if (!same)
        unlink(path);
    int fd = tl_standard_avoid(open(path,
                                    O_WRONLY | O_CLOEXEC | (same ? 0 : O_CREAT),
                                    record->was.st_mode & 07777));
    if (fd < 0)
        return;
    write_content(fd, record, at);
    if (ftruncate(fd, (off_t)record->size) == 0) {
        fchmod(fd, record->was.st_mode & 07777);
        struct timespec times[] = {record->was.st_atim, record->was.st_mtim};
        futimens(fd, times);
    }
    close(fd);
}

static void put_link_back(const struct record *record, const char *path,
                          uint64_t at)
{
    char text[PATH_MAX + 1];
    ssize_t size =
        pread(records, text, record->size < PATH_MAX ? record->size : PATH_MAX,
              (off_t)at);
    if (size <= 0 || is_same(path, &record->was))
        return;
    text[size] = '\0';
    unlink(path);
    if (symlink(text, path) < 0)
        return;
}

static void put_folder_back(const struct record *record, const char *path)
{
    if (!is_same(path, &record->was) &&
        mkdir(path, record->was.st_mode & 07777) < 0)
        return;
}

static void move_back(const struct record *record, const char *path,
                      uint64_t at)
{
    char to[PATH_MAX + 1];
    ssize_t size =
        pread(records, to, record->size < PATH_MAX ? record->size : PATH_MAX,
              (off_t)at);
    to[size > 0 ? size : 0] = '\0';
    if (is_same(to, &record->was) && rename(to, path) < 0)
        return;
}

static void undo(uint64_t at)
{
    struct record record;
    char path[PATH_MAX];
    if (pread(records, &record, sizeof record, (off_t)at) != sizeof record ||
        record.path_size > sizeof path)
        return;
    at += sizeof record;
    if (pread(records, path, record.path_size, (off_t)at) !=
        (ssize_t)record.path_size)
        return;
    at += record.path_size;
    if (record.kind == KEPT_ABSENT)
        unlink(path);
    else if (record.kind == KEPT_FILE)
        put_file_back(&record, path, at);
    else if (record.kind == KEPT_LINK)
        put_link_back(&record, path, at);
    else if (record.kind == KEPT_FOLDER)
        put_folder_back(&record, path);
    else
        move_back(&record, path, at);
}

void kept_files_put_back(struct kept_files *kept, int records_, int lock_)
{
    uint32_t count = atomic_load(&kept->count);
    records = records_;
    if (count > 0) {
        for (uint32_t i = count; i-- > 0;)
            if (kept->states[i] != KEPT_OVER)
                undo(kept->starts[i]);
        if (ftruncate(records, 0) == 0)
            kept->used = 0;
        atomic_store(&kept->count, 0);
    }
    kept->told = false;
    if (lock_ >= 0)
        flock(lock_, LOCK_UN);
}
