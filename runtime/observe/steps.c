#include "observe/steps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "memory/arena.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/operation.h"

/* Where the columns begin, and where the line should end. */
enum { SECONDS = 8, TASK = 20, VERB = 31, OBJECT = 41, HOW = 59, WHERE = 69 };
enum { OTHERS = 84, END = 100 };

/* The most that is kept of a field. */
enum { TASK_MOST = 24, OBJECT_MOST = 40, WHERE_MOST = 32, SCRIPT_MOST = 200 };

/* One that is being made: a character is a column. */
struct line {
    char text[1024];
    size_t used;
    unsigned column;
};

/* Nearly all are. */
static inline bool is_plain(char c)
{
    return c >= ' ' && c < 0x7f;
}

static inline const char *next(const char *at)
{
    return at + (is_plain(*at) ? 1 : tl_printable_step(at));
}

static unsigned width(const char *text)
{
    unsigned columns = 0;
    for (; *text; text = next(text))
        columns++;
    return columns;
}

/* Adds so many characters of the text; there is room for the longest fields,
 * and what is beyond all measure ends there. */
static void copy(struct line *line, const char *text, unsigned columns)
{
    size_t used = line->used;
    for (; columns && *text && used + 5 < sizeof line->text; columns--) {
        size_t size = is_plain(*text) ? 1 : tl_printable_size(text);
        if (size > 1)
            memcpy(line->text + used, text, size);
        else
            line->text[used] = size ? *text : '?';
        used += size ? size : 1;
        text = next(text);
        line->column++;
    }
    line->used = used;
}

/* Adds the text, or its beginning. */
static void put(struct line *line, const char *text, unsigned most)
{
    bool fits = !text || width(text) <= most;
    if (text)
        copy(line, text, fits ? most : most - 3);
    if (!fits)
        copy(line, "...", 3);
}

/* Adds the text, or its end. */
static void put_end(struct line *line, const char *text, unsigned most)
{
    unsigned all = text ? width(text) : 0;
    if (all > most) {
        copy(line, "...", 3);
        for (; all > most - 3; all--)
            text = next(text);
    }
    if (text)
        copy(line, text, all);
}

__attribute__((format(printf, 2, 3))) static void print(struct line *line,
                                                        const char *format, ...)
{
    char text[80];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    copy(line, text, sizeof text);
}

/* Goes on at the column, or one further where that is behind. */
static void go_to(struct line *line, unsigned column)
{
    do
        copy(line, " ", 1);
    while (line->column < column);
}

/* Seconds, with as many thousandths as it needs. */
static void put_time(struct line *line, int64_t time)
{
    char text[40];
    int size = snprintf(text, sizeof text, " %2" PRId64 ".%09" PRId64,
                        time / 1000000000, time % 1000000000);
    for (int i = 0; i < 2 && strcmp(text + size - 3, "000") == 0; i++)
        text[size -= 3] = '\0';
    copy(line, text, sizeof text);
}

/* Which part of the object, as scripts count. */
static void put_key(struct line *line, const struct tl_event *event)
{
    uint64_t key = event->key;
    if (key == TL_INTENT_ALL)
        return;
    if (event->kind == TL_KIND_ARRAY)
        print(line, " [%" PRIu64 "]", key + 1);
    else if (event->kind == TL_KIND_BUFFER) /* a block of it */
        print(line, " [%" PRIu64 "-%" PRIu64 "]", key * TL_LINE + 1,
              key * TL_LINE + TL_LINE);
    else if (event->kind == TL_KIND_TABLE) /* the hash of a key */
        print(line, " [~%08" PRIx32 "]", (uint32_t)(key ^ key >> 32));
    else
        print(line, " [%" PRIu64 "]", key);
}

static void put_object(struct line *line, const struct tl_step *step)
{
    const struct tl_event *event = step->event;
    bool titled = step->object && *step->object;
    if (!titled && event->kind == TL_KIND_NONE)
        return;
    go_to(line, OBJECT);
    if (titled)
        put(line, step->object, OBJECT_MOST);
    else
        print(line, "%s#%" PRIu64, tl_kind_name(event->kind), event->object);
    put_key(line, event);
}

/* A step without an operation has its `how` there. */
static void put_operation(struct line *line, const struct tl_step *step)
{
    static const char *const hows[] = {
        [TL_EVENT_BEGINS] = "",        [TL_EVENT_GOES_ON] = "goes on",
        [TL_EVENT_LATE] = "timed out", [TL_EVENT_LAST] = "stuck?",
        [TL_EVENT_STARTS] = "starts",  [TL_EVENT_DIES] = "dies"};
    const struct tl_event *event = step->event;
    const char *word = tl_operation_row(event->operation)->word;
    const char *how =
        event->how < sizeof hows / sizeof *hows ? hows[event->how] : "?";
    go_to(line, VERB);
    copy(line, *word ? word : how, END);
    if (!*word)
        return;
    put_object(line, step);
    if (*how) {
        go_to(line, HOW);
        copy(line, how, END);
    }
}

static unsigned width_of_name(const char *name)
{
    unsigned wide = width(name);
    return 1 + (wide < TASK_MOST ? wide : TASK_MOST);
}

/* How many of the names a line has room for, and for " +n" of the rest. */
static uint32_t names_that_fit(const struct tl_step *step, unsigned column)
{
    char rest[20];
    uint32_t left = step->listed + step->more, fit = 0;
    for (uint32_t i = 0; i < step->listed && column <= END; i++) {
        column += width_of_name(step->others[i]);
        left--;
        int size = snprintf(rest, sizeof rest, " +%" PRIu32, left);
        if (column + (left ? (unsigned)size : 0) <= END)
            fit = i + 1;
    }
    return fit;
}

static void put_others(struct line *line, const struct tl_step *step)
{
    uint32_t all = step->listed + step->more;
    if (all == 0)
        return;
    go_to(line, OTHERS);
    copy(line, "|", 1);
    uint32_t fit = names_that_fit(step, line->column);
    for (uint32_t i = 0; i < fit; i++) {
        copy(line, " ", 1);
        put(line, step->others[i], TASK_MOST);
    }
    if (fit < all)
        print(line, " +%" PRIu32, all - fit);
}

static uint64_t bytes_of(const struct tl_steps *steps)
{
    /* acquire: pairs with the release in add(), of a task that was killed and
     * has not handed the turn on itself */
    return atomic_load_explicit(&steps->bytes, memory_order_acquire);
}

/* Takes down the line as a whole. */
static void add(struct tl_steps *steps, struct line *line)
{
    line->text[line->used++] = '\n';
    uint64_t bytes = bytes_of(steps);
    if ((uint32_t)bytes + line->used > TL_STEPS_SIZE) {
        if (tl_steps_flush(steps) < 0)
            return;
        bytes = 0;
    }
    memcpy(steps->text + (uint32_t)bytes, line->text, line->used);
    /* release: whoever finds us killed and sees it sees the line.  commit */
    atomic_store_explicit(&steps->bytes, bytes + line->used,
                          memory_order_release);
}

void tl_steps_begin(struct tl_steps *steps, int fd, uint64_t seed,
                    const char *script)
{
    static const struct {
        unsigned column;
        const char *name;
    } heads[] = {{0, "# step"},       {SECONDS, "time"},  {TASK, "task"},
                 {VERB, "operation"}, {OBJECT, "object"}, {HOW, "how"},
                 {WHERE, "line"},     {OTHERS, "| or"}};
    struct line line = {0};
    steps->fd = fd;
    steps->is_on = true;
    copy(&line, "# ", 2);
    put_end(&line, script, SCRIPT_MOST);
    print(&line, "%sseed %" PRIu64, script && *script ? ", " : "", seed);
    add(steps, &line);
    line = (struct line){0};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (i > 0)
            go_to(&line, heads[i].column);
        copy(&line, heads[i].name, END);
    }
    add(steps, &line);
}

void tl_steps_write(struct tl_steps *steps, const struct tl_step *step)
{
    struct line line = {0};
    if (!steps->is_on)
        return;
    print(&line, "%6" PRIu64, step->event->step);
    put_time(&line, step->event->time);
    go_to(&line, TASK);
    put(&line, step->task, TASK_MOST);
    put_operation(&line, step);
    if (step->where && *step->where) {
        go_to(&line, WHERE);
        put_end(&line, step->where, WHERE_MOST);
    }
    put_others(&line, step);
    add(steps, &line);
}

static int fail(struct tl_steps *steps, int error)
{
    steps->is_on = false;
    errno = steps->error = error;
    return TL_SYSTEM;
}

int tl_steps_flush(struct tl_steps *steps)
{
    uint64_t bytes = bytes_of(steps);
    uint32_t used = (uint32_t)bytes, from = (uint32_t)(bytes >> 32);
    if (steps->error)
        return fail(steps, steps->error);
    while (steps->is_on && from < used) {
        ssize_t n = write(steps->fd, steps->text + from, used - from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(steps, n < 0 ? errno : EIO);
        from += (uint32_t)n;
        /* relaxed: no text goes with it.  Before it the lines may be written
         * again, if we are killed. */
        atomic_store_explicit(&steps->bytes, (uint64_t)from << 32 | used,
                              memory_order_relaxed);
    }
    /* relaxed: as above */
    atomic_store_explicit(&steps->bytes, 0, memory_order_relaxed);
    return TL_OK;
}
