#include "explore/notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tidelock.h"

#define CALL_MOST 512

/* What this task has said of the step that it is about to take, the step that
 * it has taken last, and which that was when it said it.  The text is in memory
 * that is made when it is needed: a module has little room for thread-locals.
 */
static _Thread_local char *call;
static _Thread_local uint64_t last, before;

static struct tl_account *mine(void)
{
    struct tl_exploration *exploration = tl_explored();
    return exploration ? &exploration->account : NULL;
}

/* Adds to a text, as far as there is room. */
static void append(char *text, size_t size, const char *between,
                   const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? between : "", more);
}

void tl_explore_outcome(const char *text)
{
    struct tl_account *account = mine();
    if (account)
        append(account->outcome, sizeof account->outcome, ", ", text);
}

/* Whether a line of the notices is this text. */
static bool has_line(const char *lines, const char *text, size_t size)
{
    for (const char *at = lines; *at; at += strcspn(at, "\n") + 1)
        if (strncmp(at, text, size) == 0 && at[size] == '\n')
            return true;
    return false;
}

void tl_explore_notice(const char *text)
{
    struct tl_account *account = mine();
    size_t size = strcspn(text, "\n"), used;
    if (!account || has_line(account->notices, text, size))
        return;
    used = strlen(account->notices);
    if (used + size + 1 < sizeof account->notices)
        snprintf(account->notices + used, sizeof account->notices - used,
                 "%.*s\n", (int)size, text);
}

void tl_explore_label(const char *label, bool came)
{
    struct tl_account *account = mine();
    if (!account)
        return;
    for (uint32_t i = 0; i < account->label_count; i++) {
        char *text = account->labels[i].text;
        if (strncmp(text, label, TL_ACCOUNT_LABEL - 1) == 0) {
            account->labels[i].came |= came;
            return;
        }
    }
    if (account->label_count == TL_ACCOUNT_LABELS) {
        tl_explore_notice("more than 64 labels of ipc.sometimes: the others "
                          "are not looked at");
        return;
    }
    uint32_t i = account->label_count;
    snprintf(account->labels[i].text, TL_ACCOUNT_LABEL, "%s", label);
    account->labels[i].came = came;
    account->label_count++; /* commit */
}

/* ---- the text of steps ---- */

/* A line; a newline within the text would end it. */
static void tell(const char *what, const char *text)
{
    struct tl_account *account = mine();
    char line[CALL_MOST + 64];
    int size =
        snprintf(line, sizeof line, "%" PRIu64 "\t%s\t%s", last, what, text);
    size_t used = (size_t)size < sizeof line ? (size_t)size : sizeof line - 1;
    for (size_t i = 0; i < used; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    line[used++] = '\n';
    if (used > sizeof account->told - account->told_size)
        return;
    memcpy(account->told + account->told_size, line, used);
    account->told_size += (uint32_t)used; /* commit */
}

static bool tells(void)
{
    return tl_explored() && tl_explored()->plan.tells;
}

void tl_explore_tell_call(const char *text)
{
    if (tells() && !call)
        call = malloc(CALL_MOST);
    if (!tells() || !call)
        return;
    snprintf(call, CALL_MOST, "%s", text);
    before = last;
}

void tl_explore_tell_result(const char *text)
{
    if (call)
        call[0] = '\0';
    if (tells() && last != before) /* else the call was no step */
        tell("result", text);
}

void tl_explore_say(const char *text)
{
    if (tells())
        tell("say", text);
}

void tl_notes_step(uint64_t step)
{
    last = step;
    if (!call || !call[0])
        return;
    tell("call", call);
    call[0] = '\0';
}
