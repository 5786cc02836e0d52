#include "trace/recording.h"

#include <string.h>
#include <unistd.h>

#include "base/world.h"
#include "trace/ticks.h"

#define CALL_SHIFT TL_NUMBER_BITS
#define FILE_NONE 0

_Thread_local uint32_t (*tl_recording_where)(struct tl_recording_file *file);

static struct tl_lane_open *innermost(struct tl_lane *lane)
{
    return lane->depth ? &lane->open[lane->depth - 1] : NULL;
}

/* relaxed, all: the release of HEAD comes after what is final; what is written
 * before is read whole or old, word by word */
static void set(struct tl_record *record, enum tl_lane_word word,
                uint64_t value)
{
    atomic_store_explicit(&record->words[word], value, memory_order_relaxed);
}

static void close_operation(struct tl_lane *lane, int64_t ended,
                            enum tl_trace_result result)
{
    struct tl_lane_open *open = &lane->open[--lane->depth];
    struct tl_record *record = tl_lane_record(lane, open->position);
    uint64_t head = atomic_load_explicit(&record->words[TL_LANE_HEAD],
                                         memory_order_relaxed);
    uint64_t message = lane->message;
    lane->message = 0;
    /* the reader may have passed it by, in a recording before, and the task
     * have gone round since */
    if (atomic_load_explicit(&lane->written, memory_order_relaxed) -
            open->position >
        TL_LANE_RECORDS)
        return;
    set(record, TL_LANE_ENDED, (uint64_t)ended);
    set(record, TL_LANE_MESSAGE, message);
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&record->words[TL_LANE_HEAD],
                          (head & ~TL_LANE_OPEN) | (uint64_t)result
                                                       << TL_LANE_RESULT_SHIFT,
                          memory_order_release);
}

/* Of one that nobody has told of. */
static int64_t likely_end(const struct tl_lane_open *open)
{
    return open->awake > 0 ? open->awake : open->began;
}

/* Ends what cannot go on, as something begins at `frame`. */
static void settle(struct tl_lane *lane, uintptr_t frame, bool idle,
                   int64_t now)
{
    struct tl_lane_open *open;
    while ((open = innermost(lane))) {
        if (open->idle == idle && open->frame && open->frame == frame) {
            close_operation(lane, now, TL_TRACE_DONE);
            continue;
        }
        if ((idle && !open->idle) ||
            (open->idle == idle && frame && open->frame > frame))
            return; /* that one lies around it */
        close_operation(lane, likely_end(open),
                        open->frame ? TL_TRACE_RAISED : TL_TRACE_UNKNOWN);
    }
}

uintptr_t tl_recording_call(const void *frame)
{
    struct tl_lane *lane = tl_lane;
    uintptr_t here = (uintptr_t)frame;
    if (!lane)
        return 0;
    uintptr_t before = lane->frame;
    if (before && before <= here) {
        /* that call is gone: an error has passed it */
        struct tl_lane_open *open;
        while ((open = innermost(lane)) && open->frame && open->frame <= here)
            close_operation(lane, likely_end(open), TL_TRACE_RAISED);
        before = open ? open->frame : 0;
    }
    lane->frame = here;
    return before;
}

void tl_recording_return(const void *frame, uintptr_t before,
                         enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    struct tl_lane_open *open = innermost(lane);
    if (open && open->frame == (uintptr_t)frame)
        close_operation(lane, tl_recording_ticks(), result);
    lane->frame = before;
}

void tl_recording_end(enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    struct tl_lane_open *open = lane ? innermost(lane) : NULL;
    if (open && open->frame == lane->frame)
        close_operation(lane, tl_recording_ticks(), result);
}

/* ---- an operation's beginning ---- */

/* The entry of the object, which the reader knows by then; -1: no room. */
static int object_entry(struct tl_lane *lane, const struct tl_object *object)
{
    uint64_t offset = tl_offset(object);
    uint64_t hash = (offset >> 6) * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t index = 1 + (uint32_t)((hash >> 32) % (TL_LANE_OBJECTS - 1));
    struct tl_lane_object *entry = &lane->objects[index];
    if (__builtin_expect(
            entry->offset == offset && entry->number == object->number &&
                entry->kind == object->kind && entry->arena == tl_arena &&
                entry->tenant == lane->tenant,
            1))
        return (int)index;
    const char *space =
        tl_arena == TL_HOME ? NULL : tl_recording_words.space(tl_arena);
    struct tl_lane_note note = {.what = TL_LANE_OBJECT,
                                .words = {index, object->kind, object->number},
                                .texts = {object->name, space}};
    if (!tl_lane_write(lane, &note))
        return -1;
    *entry = (struct tl_lane_object){.offset = offset,
                                     .number = object->number,
                                     .tenant = lane->tenant,
                                     .arena = (uint16_t)tl_arena,
                                     .kind = (uint16_t)object->kind};
    return (int)index;
}

static bool is_file(const struct tl_lane *lane, uint32_t entry,
                    const struct tl_recording_file *file)
{
    return lane->file_keys[entry][0] == file->key[0] &&
           lane->file_keys[entry][1] == file->key[1];
}

/* The same of a script; files that are too many are none. */
static uint32_t file_entry(struct tl_lane *lane,
                           const struct tl_recording_file *file)
{
    if (lane->last_file && is_file(lane, lane->last_file, file))
        return lane->last_file;
    for (uint32_t entry = 1; entry <= lane->files; entry++)
        if (is_file(lane, entry, file))
            return lane->last_file = entry;
    uint32_t entry = lane->files + 1;
    struct tl_lane_note note = {
        .what = TL_LANE_FILE, .words = {entry}, .texts = {file->name}};
    if (entry == TL_LANE_FILES || !tl_lane_write(lane, &note))
        return FILE_NONE;
    memcpy(lane->file_keys[entry], file->key, sizeof file->key);
    lane->files = lane->last_file = entry;
    return entry;
}

/* line, file, object and operation in one word; 0: there is no room. */
static uint64_t place_of(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object)
{
    struct tl_recording_file file;
    uint64_t line = tl_recording_where ? tl_recording_where(&file) : 0;
    uint64_t number = line ? file_entry(lane, &file) : FILE_NONE;
    int entry = object ? object_entry(lane, object) : 0;
    return entry < 0 ? 0
                     : (line & 0xffffff) | number << 24 |
                           (uint64_t)entry << 32 | (uint64_t)operation << 48;
}

static void open_operation(struct tl_lane *lane, uint64_t place, bool idle,
                           int64_t now)
{
    /* relaxed: see tl_lane_has_room */
    uint64_t position =
        atomic_load_explicit(&lane->written, memory_order_relaxed);
    struct tl_record *record = tl_lane_record(lane, position);
    set(record, TL_LANE_HEAD, TL_LANE_OPERATION | TL_LANE_OPEN);
    set(record, TL_LANE_BEGAN, (uint64_t)now);
    set(record, TL_LANE_SLEPT, 0);
    set(record, TL_LANE_WAITED, 0);
    set(record, TL_LANE_PLACE, place);
    lane->open[lane->depth++] = (struct tl_lane_open){
        .position = position, .frame = lane->frame, .idle = idle, .began = now};
    lane->message = 0;
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&lane->written, position + 1, memory_order_release);
    tl_lane_ring(lane, position + 1);
}

static void lose(struct tl_lane *lane)
{
    /* relaxed: a count; only this task writes it */
    uint64_t lost = atomic_load_explicit(&lane->lost, memory_order_relaxed);
    atomic_store_explicit(&lane->lost, lost + 1, memory_order_relaxed);
}

void tl_recording_operation(uint32_t operation, const struct tl_object *object,
                            bool idle)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    if (!tl_recording_is_enrolled(lane)) {
        if (lane->epoch % 2 == 1)
            lose(lane);
        return;
    }
    int64_t now = tl_recording_ticks();
    settle(lane, lane->frame, idle, now);
    uint64_t place =
        lane->depth < TL_LANE_NESTED && tl_lane_has_room(lane, 1, TL_LANE_SPARE)
            ? place_of(lane, operation, object)
            : 0;
    if (place && tl_lane_has_room(lane, 1, TL_LANE_SPARE))
        open_operation(lane, place, idle, now);
    else
        lose(lane);
}

/* ---- sleeps, and those who end them ---- */

/* relaxed: it does not change while a recording goes on */
static int64_t origin(void)
{
    return atomic_load_explicit(&tl_lanes->origin, memory_order_relaxed);
}

static struct tl_lane_open *open_here(void)
{
    return tl_lane ? innermost(tl_lane) : NULL;
}

void tl_recording_sleeps(void)
{
    struct tl_lane_open *open = open_here();
    if (!open)
        return;
    int64_t now = tl_recording_ticks();
    if (!open->slept)
        set(tl_lane_record(tl_lane, open->position), TL_LANE_SLEPT,
            (uint64_t)now);
    open->slept = open->slept ? open->slept : now;
    open->awake = -now; /* since then it sleeps */
}

/* Who called last, in the record. */
static void note_caller(struct tl_lane *lane, struct tl_record *record,
                        int64_t began)
{
    /* acquire: pairs with the release in tl_recording_calls, so that the
     * caller's lane shows its tenant of then */
    uint64_t call = atomic_load_explicit(&lane->call, memory_order_acquire);
    int64_t time = origin() + (int64_t)(call >> CALL_SHIFT);
    if (!call || time < began)
        return;
    /* relaxed: as above */
    uint64_t caller = atomic_load_explicit(
        &tl_lanes->lanes[call & TL_NUMBER_MASK].task, memory_order_relaxed);
    set(record, TL_LANE_CALLED, (uint64_t)time);
    set(record, TL_LANE_HEAD,
        TL_LANE_OPERATION | TL_LANE_OPEN | caller << TL_LANE_NUMBER_SHIFT);
}

void tl_recording_awake(void)
{
    struct tl_lane_open *open = open_here();
    if (!open || open->awake >= 0)
        return;
    struct tl_record *record = tl_lane_record(tl_lane, open->position);
    int64_t now = tl_recording_ticks();
    open->waited += (uint64_t)(now + open->awake);
    open->awake = now;
    set(record, TL_LANE_WAITED, open->waited);
    note_caller(tl_lane, record, open->began);
}

/* The slot says where the task is at home: in another arena, since its last
 * sleep; and another program's task there is none of ours. */
void tl_recording_calls(const struct tl_task *task)
{
    uint32_t number = tl_arena == TL_HOME ? tl_task_number(task) : task->home;
    if (!tl_lanes || number >= TL_LANES)
        return;
    struct tl_lane *lane = &tl_lanes->lanes[number];
    /* relaxed, both: it tells our tasks from others', and does not change while
     * the task sleeps */
    if (atomic_load_explicit(&lane->tid, memory_order_relaxed) !=
        atomic_load_explicit(&task->tid, memory_order_relaxed))
        return;
    uint64_t call = (uint64_t)(tl_recording_ticks() - origin()) << CALL_SHIFT |
                    (tl_task_id_in(TL_HOME) & TL_NUMBER_MASK);
    /* release: pairs with the acquire in note_caller */
    atomic_store_explicit(&lane->call, call, memory_order_release);
}

/* ---- the end of the task ---- */

void tl_recording_ended(int exitcode)
{
    struct tl_lane *lane = tl_lane;
    if (!lane || !tl_recording_is_enrolled(lane))
        return;
    settle(lane, lane->frame, false, tl_recording_ticks());
    while (lane->depth)
        close_operation(lane, tl_recording_ticks(), TL_TRACE_DONE);
    tl_recording_write_end(
        lane, atomic_load_explicit(&lane->task, memory_order_relaxed),
        exitcode || lane->failed ? TL_TRACE_FAILED : TL_TRACE_ENDED, 0);
    tl_lane = NULL;
}

void tl_recording_finish(int exitcode)
{
    tl_recording_ended(exitcode);
}
