#include "simulate/lock_words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "simulate/record.h"

#define TEXT 4096

/* One that does not fit is cut. */
static void say(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, TEXT - length, format, arguments);
    va_end(arguments);
}

static void say_lock(char *text, uint32_t number, bool reads)
{
    const struct tl_lock_node *node = tl_lock_node_at(number);
    const char *kind = tl_kind_name((int)node->kind);
    if (node->name[0])
        say(text, "%s \"%s\"", kind, node->name);
    else
        say(text, "%s#%" PRIu64, kind, node->number);
    if (node->kind == TL_KIND_RWLOCK)
        say(text, reads ? " to read" : " to write");
}

static void say_place(char *text, struct tl_lock_place place)
{
    const char *name = place.line ? tl_record_script(place.file) : "";
    if (name[0])
        say(text, " (%s:%u)", name, (unsigned)place.line);
}

static void say_edge(char *text, const struct tl_lock_edge *edge)
{
    say(text, "%s takes ", tl_lock_task_at(edge->task)->name);
    say_lock(text, edge->held[0], edge->reads & 1);
    say_place(text, edge->from_place);
    say(text, ", then ");
    say_lock(text, edge->to, edge->to_read);
    if (edge->again)
        say(text, " again, after a wait");
    say_place(text, edge->to_place);
}

void tl_lock_words_warn(const struct tl_lock_edge *const *circle,
                        unsigned length)
{
    char text[TEXT] = "tidelock: lock order: ";
    for (unsigned i = 0; i < length; i++) {
        say(text, i > 0 ? "; " : "");
        say_edge(text, circle[i]);
    }
    say(text, ": with another schedule %s",
        length == 2 ? "they may wait for each other"
                    : "each may wait for the next");
    if (tl_explored()) {
        tl_explore_notice(text + strlen("tidelock: "));
        return;
    }
    size_t size = strlen(text);
    text[size] = '\n';
    ssize_t ignored = write(STDERR_FILENO, text, size + 1);
    (void)ignored;
}
