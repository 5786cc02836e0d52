#include "simulate/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/account.h"
#include "explore/scripts.h"
#include "simulate/chooser.h"
#include "simulate/livelock.h"
#include "explore/notes.h"
#include "simulate/players.h"
#include "store/handle.h"

static _Thread_local const char *file_name;
static _Thread_local struct tl_lock_place place;

void tl_record_file(const char *name)
{
    file_name = name;
}

static struct tl_scripts *scripts(void)
{
    struct tl_exploration *exploration = tl_explored();
    return exploration ? &exploration->account.scripts : &tl_players->scripts;
}

const char *tl_record_script(uint16_t file)
{
    return tl_scripts_name(scripts(), file);
}

/* "script.lua:12" of what the script does, and both parts into the event. */
static void tell_where(struct tl_event *event, char *where, size_t size)
{
    if (tl_where_hook)
        tl_where_hook(where, size);
    char *colon = strrchr(where, ':');
    if (!colon)
        return;
    event->line = (uint32_t)strtoul(colon + 1, NULL, 10);
    *colon = '\0';
    event->file = tl_scripts_number(scripts(), where);
    *colon = ':';
}

static const struct tl_object *object_of(const struct tl_intent *intent)
{
    tl_task_visit(intent->arena);
    return intent->object ? tl_at(intent->object) : NULL;
}

/* The title is told only where somebody reads it. */
static void entitle(const struct tl_object *object, char *title, size_t size)
{
    bool named = object->name[0];
    if (tl_steps_is_on(&tl_players->steps))
        snprintf(title, size, "%s#%" PRIu64 "%s%s%s",
                 tl_kind_name((int)object->kind), object->number,
                 named ? " \"" : "", object->name, named ? "\"" : "");
}

static uint64_t file_number(uint64_t identity)
{
    const struct tl_account_object *file = tl_account_file_of(identity);
    return file ? file->number : identity;
}

/* Of the task, whose slot in the program's own arena `self` is. */
static void tell_intent(struct tl_event *event, const struct tl_intent *intent,
                        char *title, size_t size)
{
    const struct tl_object *object = object_of(intent);
    event->operation = (uint16_t)atomic_load(&intent->operation);
    event->access = tl_operation_row(event->operation)->access;
    event->key = intent->key;
    event->arena = (uint8_t)intent->arena;
    if (object) {
        event->kind = (uint8_t)object->kind;
        event->object = object->number;
        tl_account_object_met(object);
        entitle(object, title, size);
    } else if (file_name) {
        event->object = file_number(intent->key);
        event->key = TL_INTENT_ALL;
        snprintf(title, size, "%s", file_name);
    }
    tl_task_visit(TL_HOME);
}

/* The names of those that could have run instead; how many in `listed`. */
static void list_others(struct tl_step *step, const char **names)
{
    uint64_t left = step->event->could_run;
    uint32_t others = step->event->runnable;
    for (uint32_t n = 1; left; n++, left >>= 1) {
        if (!(left & 1))
            continue;
        if (n == step->event->task)
            others--;
        else if (step->listed < TL_STEPS_OTHERS)
            names[step->listed++] = tl_task_at(n)->name;
    }
    step->others = names;
    step->more = others > step->listed ? others - step->listed : 0;
}

static void write_down(struct tl_event *event, const char *title,
                       const char *where)
{
    const char *names[TL_STEPS_OTHERS];
    /* relaxed: those who read it without the turn only look whether it moves */
    atomic_store_explicit(&tl_players->step, event->step, memory_order_relaxed);
    if (!tl_steps_is_on(&tl_players->steps))
        return;
    struct tl_step step = {.event = event,
                           .task = tl_task_at(event->task)->name,
                           .object = title,
                           .where = where};
    list_others(&step, names);
    tl_steps_write(&tl_players->steps, &step);
}

static struct tl_event event_of(uint32_t number, enum tl_event_how how)
{
    return (struct tl_event){.step = atomic_load(&tl_players->step) + 1,
                             .time = atomic_load(&tl_players->now) -
                                     TL_PLAYERS_START,
                             .could_run = tl_players->could_run,
                             .runnable = tl_players->runnable,
                             .task = number,
                             .key = TL_INTENT_ALL,
                             .how = (uint8_t)how,
                             .player = (uint16_t)tl_players_at(number)->index,
                             .flags = tl_chooser_flags(number)};
}

void tl_record_step(enum tl_event_how how)
{
    unsigned here = tl_arena;
    char title[TL_TEXT_SIZE] = "", where[96];
    struct tl_event event = event_of(tl_players_me, how);
    where[0] = '\0';
    if (how != TL_EVENT_STARTS) {
        tell_where(&event, where, sizeof where);
        tell_intent(&event, &tl_self->intent, title, sizeof title);
    }
    place = (struct tl_lock_place){.line = event.line, .file = event.file};
    tl_task_visit(TL_HOME);
    if (tl_explored()) {
        tl_account_add(&event);
        tl_notes_step(event.step);
    }
    tl_chooser_stepped(&event);
    write_down(&event, title, where);
    tl_livelock_step(&event);
    tl_task_visit(here);
}

struct tl_lock_place tl_record_place(void)
{
    return place;
}

void tl_record_death(uint32_t number)
{
    unsigned here = tl_arena;
    struct tl_event event = event_of(number, TL_EVENT_DIES);
    tl_task_visit(TL_HOME);
    if (tl_explored())
        tl_account_add(&event);
    tl_chooser_stepped(&event);
    write_down(&event, "", "");
    tl_task_visit(here);
}

void tl_record_choice(enum tl_event_how how, uint32_t number, uint64_t could_be,
                      uint32_t of, uint64_t chosen)
{
    struct tl_event event = event_of(number, how);
    event.step--; /* it belongs to the step before */
    event.could_run = could_be;
    event.runnable = of;
    event.key = chosen;
    event.flags = 0;
    if (tl_explored())
        tl_account_add(&event);
}

void tl_record_clock(void)
{
    tl_record_choice(TL_EVENT_CLOCK, tl_players->plan.last, 0, 0,
                     TL_INTENT_ALL);
}
