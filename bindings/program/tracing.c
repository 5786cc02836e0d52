#include "program/tracing.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "terminal/same_file.h"
#include "tidelock.h"
#include "trace/recorder.h"

#define WORD "--trace"
#define LAST "last"

static struct {
    bool wanted, last;
    const char *path; /* NULL: after the script */
} options;

static const char *into; /* NULL: nothing is recorded */

int tracing_read_option(const char *word)
{
    size_t size = strlen(WORD);
    if (strncmp(word, WORD, size) != 0 || (word[size] && word[size] != '='))
        return 0;
    const char *path = word[size] ? word + size + 1 : NULL;
    size = strlen(LAST);
    bool last = path && strncmp(path, LAST, size) == 0 &&
                (path[size] == ':' || !path[size]);
    if (last)
        path = path[size] ? path + size + 1 : NULL;
    if (path && !*path) {
        fputs("tidelock: '" WORD "=' needs the name of a file; " WORD
              " alone names it after the script\n",
              stderr);
        return -1;
    }
    options.wanted = true;
    options.last = last;
    options.path = path;
    return 1;
}

static const char *base_of(const char *script)
{
    const char *slash = strrchr(script, '/');
    return slash ? slash + 1 : script;
}

/* "kitchen.tltrace", in the current directory. */
static char *path_after(const char *script)
{
    const char *base = base_of(script), *dot = strrchr(base, '.');
    int size = (int)(dot && dot != base ? (size_t)(dot - base) : strlen(base));
    size_t room = (size_t)size + sizeof TL_TRACE_SUFFIX;
    char *path = malloc(room);
    if (path)
        snprintf(path, room, "%.*s" TL_TRACE_SUFFIX, size, base);
    return path;
}

int tracing_begin(const char *script, bool simulated)
{
    const char *why;
    if (!options.wanted)
        return 0;
    if (!*script || strcmp(script, "-") == 0)
        script = "tidelock";
    char *named = options.path ? NULL : path_after(script);
    struct recorder_wishes wishes = {.path =
                                         options.path ? options.path : named,
                                     .title = base_of(script),
                                     .last = options.last,
                                     .simulated = simulated,
                                     .tells = true};
    bool started = wishes.path && recorder_start(&wishes, &why);
    if (!started)
        fprintf(stderr,
                "tidelock: " WORD " %s: %s; give a file that can be "
                "written\n",
                wishes.path ? wishes.path : "",
                wishes.path ? why : "not enough memory");
    if (started) {
        into = wishes.path;
        return 0;
    }
    free(named);
    return -1;
}

bool tracing_is_into(const char *path)
{
    return into && same_file(into, path);
}
