#include "wait/far_operation.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "park/idle.h"
#include "tasks/process_lock.h"
#include "tidelock.h"
#include "trace/recording.h"

#include "wait/operation.h"

#define STAND_INS 512 /* a power of 2; those of more objects have none */
#define SPACE_SIZE 128
#define WORD_SIZE 32

/* What the recording knows of a far object: it looks like one of an arena, and
 * lies in none. */
struct stand_in {
    struct tl_object object; /* kind 0: free; written once */
    char space[SPACE_SIZE];
};

static struct stand_in stand_ins[STAND_INS];

/* ---- which object ---- */

static enum tl_kind_id kind_of(const char *word)
{
    for (int kind = TL_KIND_NONE + 1; kind <= TL_KIND_BOARD; kind++)
        if (strcmp(tl_kind_name(kind), word) == 0)
            return (enum tl_kind_id)kind;
    return TL_KIND_NONE;
}

/* FNV-1a. */
static uint32_t hash_of(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static bool is_it(const struct stand_in *one, enum tl_kind_id kind,
                  const struct tl_recording_far *far)
{
    return one->object.kind == (uint64_t)kind &&
           strncmp(one->object.name, far->name, sizeof one->object.name - 1) ==
               0 &&
           strncmp(one->space, far->space, SPACE_SIZE - 1) == 0;
}

static struct tl_object *found(enum tl_kind_id kind,
                               const struct tl_recording_far *far)
{
    uint32_t hash =
        hash_of(hash_of(2166136261u + (uint32_t)kind, far->name), far->space);
    for (uint32_t i = 0; i < STAND_INS; i++) {
        struct stand_in *one = &stand_ins[(hash + i) % STAND_INS];
        if (one->object.kind && is_it(one, kind, far))
            return &one->object;
        if (one->object.kind)
            continue;
        snprintf(one->object.name, sizeof one->object.name, "%s", far->name);
        snprintf(one->space, sizeof one->space, "%s", far->space);
        one->object.number = hash;
        one->object.kind = (uint64_t)kind;
        return &one->object;
    }
    return NULL;
}

const char *tl_far_operation_space(const struct tl_object *object)
{
    uintptr_t at = (uintptr_t)object, first = (uintptr_t)stand_ins;
    return at >= first && at < first + sizeof stand_ins
               ? ((const struct stand_in *)(const void *)object)->space
               : NULL;
}

/* ---- which operation ---- */

/* The server's word is kind_call, and perhaps _many. */
static enum tl_operation operation_of(enum tl_kind_id kind,
                                      const struct tl_recording_far *far)
{
    char word[WORD_SIZE];
    const char *behind = strchr(far->operation, '_');
    snprintf(word, sizeof word, "%s", behind ? behind + 1 : far->operation);
    enum tl_operation found = tl_operation_find((int)kind, word);
    char *many = strstr(word, "_many");
    if (!found && many) {
        *many = '\0';
        found = tl_operation_find((int)kind, word);
    }
    if (!found && far->call)
        found = tl_operation_find((int)kind, far->call);
    return found ? found : TL_OP_WAIT;
}

void tl_recording_far(const struct tl_recording_far *far)
{
    if (!tl_recording_is_here())
        return;
    enum tl_kind_id kind = kind_of(far->kind);
    tl_process_lock_take();
    const struct tl_object *object =
        kind == TL_KIND_NONE ? NULL : found(kind, far);
    tl_process_lock_drop();
    tl_recording_operation(operation_of(kind, far), object, TL_RECORDING_BOTH,
                           tl_idle_runs);
}
