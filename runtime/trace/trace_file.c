#include "trace/trace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "trace/lane.h"

/* ---- bytes to the file ---- */

static void write_all(struct tl_trace_file *file, const struct tl_bytes *bytes)
{
    for (size_t done = 0; done < bytes->used && !file->error;) {
        ssize_t size = write(file->fd, bytes->data + done, bytes->used - done);
        if (size < 0 && errno != EINTR)
            file->error = errno;
        else if (size > 0)
            done += (size_t)size;
        if (tl_lanes) /* relaxed: a count */
            atomic_fetch_add_explicit(&tl_lanes->writes, 1,
                                      memory_order_relaxed);
    }
    if (bytes->failed && !file->error)
        file->error = ENOMEM;
}

static void tag(struct tl_bytes *bytes, enum tl_trace_tag tag)
{
    unsigned char byte = (unsigned char)tag;
    tl_bytes_add(bytes, &byte, 1);
}

void tl_trace_file_end_block(struct tl_trace_file *file)
{
    if (!file->block)
        return;
    unsigned char *count = tl_trace_file_spans(file)->data + file->block;
    for (int i = 0; i < TL_TRACE_FILE_COUNT; i++)
        count[i] = (unsigned char)((file->block_count >> 7 * i & 127) |
                                   (i < TL_TRACE_FILE_COUNT - 1 ? 128 : 0));
    file->block = 0;
}

/* What is not of the spans ends those that stand before it. */
static void begin_record(struct tl_trace_file *file, enum tl_trace_tag of)
{
    if (!file->keeps)
        tl_trace_file_end_block(file);
    tag(&file->out, of);
}

void tl_trace_file_flush(struct tl_trace_file *file)
{
    tl_trace_file_end_block(file);
    if (file->fd < 0)
        return;
    write_all(file, &file->out);
    file->out.used = 0;
}

static void add_fixed(struct tl_bytes *bytes, uint64_t number, unsigned size)
{
    unsigned char out[8];
    for (unsigned i = 0; i < size; i++)
        out[i] = (unsigned char)(number >> 8 * i);
    tl_bytes_add(bytes, out, size);
}

static uint64_t time_of_day(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void tl_trace_file_begin(struct tl_trace_file *file, int fd, const char *title,
                         uint32_t flags)
{
    *file = (struct tl_trace_file){.fd = fd, .keeps = fd < 0};
    tl_bytes_add(&file->out, TL_TRACE_MAGIC, sizeof TL_TRACE_MAGIC - 1);
    add_fixed(&file->out, TL_TRACE_VERSION, 4);
    add_fixed(&file->out, flags, 4);
    add_fixed(&file->out, flags & TL_TRACE_SIMULATED ? 0 : time_of_day(), 8);
    begin_record(file, TL_TRACE_TITLE);
    tl_bytes_text(&file->out, title);
}

/* ---- definitions ---- */

/* Makes entries up to `index` exist in an array of entries of `size`. */
static bool reach(void *array, uint32_t *count, uint32_t index, size_t size)
{
    void **at = array;
    if (index < *count)
        return true;
    uint32_t more = 2 * (index + 8);
    char *grown = realloc(*at, more * size);
    if (!grown)
        return false;
    memset(grown + *count * size, 0, (more - *count) * size);
    *at = grown;
    *count = more;
    return true;
}

uint32_t tl_trace_file_operation(struct tl_trace_file *file, uint32_t number,
                                 const char *word)
{
    uint32_t *count = &file->operation_count;
    /* entry 0 is how many have an index */
    if (!reach(&file->operations, count, number + 1, sizeof(uint32_t)))
        return 0;
    uint32_t *index = &file->operations[number + 1];
    if (*index)
        return *index;
    *index = ++file->operations[0];
    begin_record(file, TL_TRACE_OPERATION);
    tl_bytes_number(&file->out, *index);
    tl_bytes_text(&file->out, word);
    return *index;
}

/* The place of the name in the list, from 1; 0: no memory. */
static uint32_t find_name(char ***names, uint32_t *count, const char *name,
                          bool *fresh)
{
    *fresh = false;
    for (uint32_t i = 0; i < *count; i++)
        if (strcmp((*names)[i], name) == 0)
            return i + 1;
    char **grown = realloc(*names, (*count + 1) * sizeof *grown);
    char *copy = strdup(name);
    if (grown)
        *names = grown;
    if (!grown || !copy) {
        free(copy);
        return 0;
    }
    *fresh = true;
    grown[(*count)++] = copy;
    return *count;
}

uint32_t tl_trace_file_script(struct tl_trace_file *file, const char *name)
{
    bool fresh;
    uint32_t index = find_name(&file->files, &file->file_count, name, &fresh);
    if (fresh) {
        begin_record(file, TL_TRACE_FILE);
        tl_bytes_number(&file->out, index);
        tl_bytes_text(&file->out, name);
    }
    return index;
}

uint32_t tl_trace_file_object(struct tl_trace_file *file,
                              const struct tl_trace_file_object *object)
{
    bool fresh;
    uint32_t of = *object->space ? find_name(&file->spaces, &file->space_count,
                                             object->space, &fresh)
                                 : 0;
    struct tl_numbering_key key = {{object->kind, (uint32_t)object->number,
                                    (uint32_t)(object->number >> 32), of}};
    uint32_t index = tl_numbering_of(&file->objects, &key, &fresh);
    if (fresh) {
        begin_record(file, TL_TRACE_OBJECT);
        tl_bytes_number(&file->out, index);
        tl_bytes_text(&file->out, object->word);
        tl_bytes_number(&file->out, object->number);
        tl_bytes_text(&file->out, object->name);
        tl_bytes_text(&file->out, object->space);
        tl_bytes_number(&file->out, object->lock);
    }
    return index;
}

uint32_t tl_trace_file_place(struct tl_trace_file *file, uint32_t operation,
                             uint32_t object, uint32_t script, uint32_t line)
{
    bool fresh;
    struct tl_numbering_key key = {{operation, object, script, line}};
    uint32_t index = tl_numbering_of(&file->places, &key, &fresh);
    if (fresh) {
        begin_record(file, TL_TRACE_PLACE);
        tl_bytes_number(&file->out, index);
        for (int i = 0; i < 4; i++)
            tl_bytes_number(&file->out, key.parts[i]);
    }
    return index;
}

struct tl_trace_file_task *tl_trace_file_task_at(struct tl_trace_file *file,
                                                 uint32_t task)
{
    return reach(&file->tasks, &file->task_count, task, sizeof *file->tasks)
               ? &file->tasks[task]
               : NULL;
}

void tl_trace_file_born(struct tl_trace_file *file,
                        const struct tl_trace_file_birth *birth)
{
    tl_trace_file_say_time(file, birth->began);
    begin_record(file, TL_TRACE_TASK);
    tl_bytes_number(&file->out, birth->task);
    tl_bytes_number(&file->out, birth->parent);
    tl_bytes_number(&file->out, birth->pid);
    tl_bytes_number(&file->out, birth->flags);
    tl_bytes_number(&file->out, (uint64_t)birth->began);
    tl_bytes_text(&file->out, birth->name);
    tl_bytes_text(&file->out, birth->path);
}

bool tl_trace_file_ended(struct tl_trace_file *file, uint32_t task,
                         int64_t time, enum tl_trace_how how, int signal)
{
    struct tl_trace_file_task *entry = tl_trace_file_task_at(file, task);
    if (!task || !entry || entry->ended)
        return false;
    entry->ended = true;
    tl_trace_file_say_time(file, time);
    begin_record(file, TL_TRACE_END);
    tl_bytes_number(&file->out, task);
    tl_bytes_number(&file->out, (uint64_t)time);
    tl_bytes_number(&file->out, how);
    tl_bytes_number(&file->out, (uint64_t)signal);
    return true;
}

void tl_trace_file_lost(struct tl_trace_file *file, uint32_t task,
                        uint64_t count)
{
    file->lost += count;
    if (!task)
        return;
    begin_record(file, TL_TRACE_LOST);
    tl_bytes_number(&file->out, task);
    tl_bytes_number(&file->out, count);
}

void tl_trace_file_mark(struct tl_trace_file *file, uint32_t task, int64_t time,
                        const char *text)
{
    tl_trace_file_say_time(file, time);
    begin_record(file, TL_TRACE_MARK);
    tl_bytes_number(&file->out, task);
    tl_bytes_number(&file->out, (uint64_t)time);
    tl_bytes_text(&file->out, text);
}

/* ---- the end ---- */

static void add_trailer(const struct tl_trace_file *file, struct tl_bytes *to)
{
    tag(to, TL_TRACE_TRAILER);
    tl_bytes_number(to, (uint64_t)file->length);
    tl_bytes_number(to, file->written);
    tl_bytes_number(to, file->lost);
}

static void close_file(struct tl_trace_file *file)
{
    if (close(file->fd) != 0 && !file->error)
        file->error = errno;
    file->fd = -1;
}

void tl_trace_file_end(struct tl_trace_file *file)
{
    struct tl_bytes trailer = {0};
    if (file->fd < 0)
        return;
    tl_trace_file_end_block(file);
    add_trailer(file, &trailer);
    write_all(file, &file->out);
    write_all(file, &file->spans);
    write_all(file, &trailer);
    tl_bytes_free(&trailer);
    close_file(file);
}

void tl_trace_file_forget_spans(struct tl_trace_file *file)
{
    file->spans.used = 0;
    file->block = 0;
    file->written = 0;
    for (uint32_t i = 0; i < file->task_count; i++) {
        file->tasks[i].began = 0;
        file->tasks[i].message = 0;
    }
}
