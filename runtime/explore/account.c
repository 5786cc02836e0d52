#include "explore/account.h"

#include <stdio.h>
#include <string.h>

#include "explore/explore.h"
#include "explore/scripts.h"

/* Objects that a task has made are told from tasks that it has made by this. */
#define OBJECTS UINT64_C(0x6f626a656374)
#define PATHS UINT64_C(0x70617468)
#define OLD UINT64_C(0x6f6c64)

#define LISTED 64 /* tasks in tl_event.could_run */

static struct tl_account *mine(void)
{
    struct tl_exploration *exploration = tl_explored();
    return exploration ? &exploration->account : NULL;
}

/* ---- the beginning ---- */

/* Where in the table of indices an object is, or belongs. */
static uint16_t *place_of(struct tl_account *account, uint64_t kind,
                          uint64_t arena, uint64_t number)
{
    uint64_t at = number + kind * 97 + arena * 4099; /* near others */
    for (;; at++) {
        uint16_t *place = &account->index[at % TL_ACCOUNT_INDEX];
        if (*place == 0)
            return place;
        const struct tl_account_object *object = &account->objects[*place - 1];
        if (object->number == number && object->kind == kind &&
            object->arena == arena)
            return place;
    }
}

/* Empties the table of the schedule before: an entry's place is found by way of
 * those that were entered before it. */
static void forget_objects(struct tl_account *account)
{
    for (uint32_t n = account->indexed; n > 0; n--) {
        const struct tl_account_object *object = &account->objects[n - 1];
        *place_of(account, object->kind, object->arena, object->number) = 0;
    }
    account->object_count = account->indexed = 0;
}

void tl_account_empty(struct tl_account *account)
{
    account->ending = TL_ENDING_NONE;
    account->ender = 0;
    account->status = 0;
    account->hash = account->choices = 0;
    account->deviations = account->first_deviation = account->polls = 0;
    account->wrote_files = account->went_outside = account->lost_events = false;
    account->message[0] = account->outcome[0] = account->notices[0] = '\0';
    account->label_count = account->scripts.count = 0;
    account->task_count = 0;
    account->told_size = account->event_count = 0;
    forget_objects(account);
    atomic_store(&account->over, 0);
}

void tl_explore_begin(struct tl_findings *findings,
                      struct tl_exploration *exploration)
{
    tl_explore_set(findings, exploration);
    tl_account_empty(&exploration->account);
}

/* ---- tasks ---- */

uint32_t tl_account_task(uint64_t key, uint32_t parent, uint32_t nth,
                         uint32_t slot, const char *name)
{
    struct tl_account *account = mine();
    if (!account)
        return 0;
    uint32_t index = account->task_count;
    if (index == TL_ACCOUNT_TASKS) {
        account->lost_events = true;
        return index - 1;
    }
    struct tl_account_task *task = &account->tasks[index];
    *task = (struct tl_account_task){
        .key = key, .parent = parent, .nth = nth, .slot = slot};
    snprintf(task->name, sizeof task->name, "%s", name);
    account->task_count++; /* commit */
    if (slot > LISTED)
        tl_explore_notice("not exact: of more than 64 tasks at a time only 64 "
                          "are tried in all orders");
    return index;
}

/* ---- objects ---- */

static uint64_t hash_text(uint64_t salt, const char *text)
{
    for (; *text; text++)
        salt = (salt ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return tl_explore_key(salt, 1);
}

/* The entry of that place, which is new if the place is empty; NULL: there is
 * no room. */
static struct tl_account_object *enter(struct tl_account *account,
                                       uint16_t *place,
                                       const struct tl_account_object *wanted,
                                       const char *name)
{
    if (*place == 0 && account->object_count == TL_ACCOUNT_OBJECTS) {
        account->lost_events = true;
        return NULL;
    }
    bool fresh = *place == 0;
    uint32_t at = fresh ? account->object_count : *place - 1u;
    struct tl_account_object *object = &account->objects[at];
    if (fresh)
        *object = *wanted;
    tl_scripts_shorten(object->name, sizeof object->name, name);
    if (fresh) {
        account->indexed = ++account->object_count; /* commit */
        *place = (uint16_t)(at + 1);
    }
    return object;
}

void tl_account_made(const struct tl_object *object, uint32_t maker,
                     uint64_t key, uint32_t *made)
{
    struct tl_account *account = mine();
    if (!account)
        return;
    uint16_t *place = place_of(account, object->kind, tl_arena, object->number);
    struct tl_account_object new = {.number = object->number,
                                    .maker = maker,
                                    .kind = (uint8_t)object->kind,
                                    .arena = (uint8_t)tl_arena};
    if (*place == 0)
        new.identity = tl_explore_key(key ^ OBJECTS, ++*made);
    enter(account, place, &new, object->name);
}

const struct tl_account_object *
tl_account_object_met(const struct tl_object *object)
{
    struct tl_account *account = mine();
    if (!account)
        return NULL;
    uint16_t *place = place_of(account, object->kind, tl_arena, object->number);
    if (*place)
        return &account->objects[*place - 1];
    struct tl_account_object old = {
        .identity = hash_text(OLD + object->kind, object->name),
        .number = object->number,
        .kind = (uint8_t)object->kind,
        .arena = (uint8_t)tl_arena};
    return enter(account, place, &old, object->name);
}

/* ---- files ---- */

static struct tl_account_object *find_file(struct tl_account *account,
                                           uint64_t identity)
{
    for (uint32_t i = 0; i < account->object_count; i++)
        if (account->objects[i].kind == TL_KIND_NONE &&
            account->objects[i].identity == identity)
            return &account->objects[i];
    return NULL;
}

static uint32_t count_files(const struct tl_account *account)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < account->object_count; i++)
        count += account->objects[i].kind == TL_KIND_NONE;
    return count;
}

uint64_t tl_account_path(const char *path, uint32_t maker)
{
    struct tl_account *account = mine();
    uint64_t identity = hash_text(PATHS, path);
    if (!account || find_file(account, identity))
        return identity;
    struct tl_account_object file = {.identity = identity,
                                     .number = count_files(account) + 1,
                                     .maker = maker};
    enter(account, place_of(account, TL_KIND_NONE, 0, file.number), &file,
          path);
    return identity;
}

const struct tl_account_object *tl_account_file_of(uint64_t identity)
{
    struct tl_account *account = mine();
    return account ? find_file(account, identity) : NULL;
}

/* ---- steps ---- */

/* What lies in a space may have another number in the next schedule. */
static uint64_t hash_of(uint64_t hash, const struct tl_event *event)
{
    uint64_t words[sizeof *event / sizeof(uint64_t)];
    struct tl_event same = *event;
    same.flags &=
        (uint16_t)~TL_EVENT_CHOSEN; /* that hangs on other schedules */
    if (same.arena != TL_HOME)
        same.object = 0;
    memcpy(words, &same, sizeof words);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

void tl_account_add(const struct tl_event *event)
{
    struct tl_account *account = mine();
    if (!account)
        return;
    account->hash = hash_of(account->hash, event);
    if (account->event_count == TL_ACCOUNT_EVENTS) {
        account->lost_events = true;
        return;
    }
    account->events[account->event_count] = *event;
    account->event_count++; /* commit */
}
