/*
 * Trace file: writes a file of public/trace.  Memory of its process alone.
 *
 * What is defined, and the spans, of which those of one task that follow each
 * other are a block, gather in `out` until that is flushed.  A file that keeps
 * (`keeps`) has its definitions in memory, and its spans too, until
 * tl_trace_file_write, which may come several times: each writes the whole file
 * anew.
 */
#ifndef TL_TRACE_FILE_H
#define TL_TRACE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/numbering.h"
#include "public/trace.h"
#include "trace/brief_spans.h"

struct tl_span {
    uint32_t task, place, waker;
    enum tl_trace_result result;
    int64_t began, ended, slept, called; /* ended, slept, called: -1: never */
    uint64_t waited, message;
};

/* Of a task, while its spans are written. */
struct tl_trace_file_task {
    int64_t began;
    uint64_t message, lost;
    bool ended;
};

struct tl_trace_file {
    int fd;    /* -1: none, or none any more */
    int error; /* errno */
    bool keeps;
    struct tl_bytes out, spans;
    size_t block; /* where the count of the one that grows goes; 0: none does */
    uint32_t block_task, block_count;
    struct tl_numbering places, objects;
    uint32_t *operations; /* index by number, or 0; by enum tl_operation */
    uint32_t operation_count;
    char **files, **spaces;
    uint32_t file_count, space_count;
    struct tl_trace_file_task *tasks; /* by index */
    uint32_t task_count;
    uint64_t written, lost;
    int64_t length;
};

/* Begins the file; fd: taken, or -1 if it keeps. */
void tl_trace_file_begin(struct tl_trace_file *file, int fd, const char *title,
                         uint32_t flags);

/* Indexes of what the file defines, as it is first asked for. */
uint32_t tl_trace_file_operation(struct tl_trace_file *file, uint32_t number,
                                 const char *word);
uint32_t tl_trace_file_script(struct tl_trace_file *file, const char *name);
struct tl_trace_file_object {
    uint32_t kind;
    const char *word; /* of the kind */
    uint64_t number;
    const char *name, *space;
    uint32_t lock; /* the index of a condition's lock, or 0 */
};
uint32_t tl_trace_file_object(struct tl_trace_file *file,
                              const struct tl_trace_file_object *object);

/* The same of a place; 0: no memory. */
uint32_t tl_trace_file_place(struct tl_trace_file *file, uint32_t operation,
                             uint32_t object, uint32_t script, uint32_t line);

struct tl_trace_file_birth {
    uint32_t task, parent, flags;
    uint64_t pid;
    int64_t began;
    const char *name, *path;
};
void tl_trace_file_born(struct tl_trace_file *file,
                        const struct tl_trace_file_birth *birth);

/* False: its end was told before. */
bool tl_trace_file_ended(struct tl_trace_file *file, uint32_t task,
                         int64_t time, enum tl_trace_how how, int signal);
void tl_trace_file_lost(struct tl_trace_file *file, uint32_t task,
                        uint64_t count);
void tl_trace_file_mark(struct tl_trace_file *file, uint32_t task, int64_t time,
                        const char *text);
void tl_trace_file_span(struct tl_trace_file *file, const struct tl_span *span);

/* The same of such as are brief (trace/brief_spans), most of all: they are put
 * behind each other, up to `most`, between these two.  False: no memory. */
bool tl_trace_file_begin_brief(struct tl_trace_file *file, uint32_t task,
                               size_t most, struct tl_brief_spans *out);
void tl_trace_file_end_brief(struct tl_trace_file *file, uint32_t task,
                             const struct tl_brief_spans *brief);

/* For the file's own parts: where the spans go; the size of a block's count;
 * those that have gathered are a whole block; the entry of a task (NULL: no
 * memory); and the trace lasts until then at least. */
static inline struct tl_bytes *tl_trace_file_spans(struct tl_trace_file *file)
{
    return file->keeps ? &file->spans : &file->out;
}
#define TL_TRACE_FILE_COUNT 5 /* bytes, which are all that 32 bits need */
void tl_trace_file_end_block(struct tl_trace_file *file);
struct tl_trace_file_task *tl_trace_file_task_at(struct tl_trace_file *file,
                                                 uint32_t task);
static inline void tl_trace_file_say_time(struct tl_trace_file *file,
                                          int64_t time)
{
    if (time > file->length)
        file->length = time;
}

/* Sends what has gathered to the file. */
void tl_trace_file_flush(struct tl_trace_file *file);

/* Ends the file.  It has no descriptor then. */
void tl_trace_file_end(struct tl_trace_file *file);

/* Of one that keeps: forgets the spans; and writes all to a file of that path
 * (-1: errno is in `error`), which is there whole, or as it was before. */
void tl_trace_file_forget_spans(struct tl_trace_file *file);
int tl_trace_file_write(struct tl_trace_file *file, const char *path);

#endif
