#include "program/label.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "process/files.h"
#include "terminal/screen.h"
#include "tidelock.h"

#define LABEL_SIZE (TL_NAME_SIZE + 64)
#define NAME_WIDTH 12
#define STREAM_SIZE 65536

static double started;
static bool coloured;
/* The last output of this thread ended without a newline; behind the return
 * with which a line is written over, as progress is shown. */
static _Thread_local bool inside_line, over_line;

static const int colours[] = {31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96};

/* A name has the same colour in every run: by its hash, FNV-1a. */
static int colour_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return colours[hash % (sizeof colours / sizeof *colours)];
}

/* Seconds; also before there is a runtime, which tl_now asks in a simulation.
 */
static double now(void)
{
    return tl_simulate_is_on() ? (double)tl_simulate_clock() / 1e9 : tl_now();
}

static size_t make_label(char label[LABEL_SIZE])
{
    const char *name = tl_task_name();
    double seconds = now() - started;
    if (!*name)
        name = "main";
    int length = coloured
                     ? snprintf(label, LABEL_SIZE, "%8.3f \033[%dm%-*s\033[0m ",
                                seconds, colour_of(name), NAME_WIDTH, name)
                     : snprintf(label, LABEL_SIZE, "%8.3f %-*s ", seconds,
                                NAME_WIDTH, name);
    return (size_t)length;
}

static size_t count_lines(const char *data, size_t size)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r';
    return lines;
}

/* Writes all lines at once, so that they stay together. */
static int write_lines(const char *data, size_t size)
{
    char label[LABEL_SIZE];
    size_t label_size = make_label(label);
    char *text = malloc(size + count_lines(data, size) * label_size);
    if (!text)
        return -1;
    char *end = text;
    for (size_t i = 0; i < size; i++) {
        if (!inside_line || (over_line && data[i] != '\n'))
            end = mempcpy(end, label, label_size);
        *end++ = data[i];
        inside_line = data[i] != '\n';
        over_line = data[i] == '\r';
    }
    int status = files_write(STDOUT_FILENO, text, (size_t)(end - text));
    free(text);
    return status;
}

static ssize_t write_stream(void *cookie, const char *data, size_t size)
{
    (void)cookie;
    if (write_lines(data, size) >= 0)
        return (ssize_t)size;
    errno = errno ? errno : EIO;
    return 0;
}

static void print_line(const char *data, size_t size)
{
    files_flush_stdout();
    write_lines(data, size);
}

static bool wants_colour(void)
{
    const char *refused = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(refused && *refused) && terminal &&
           strcmp(terminal, "dumb") != 0;
}

/* In a child: begins a line of its own, whatever its parent was writing. */
static void begin_line(void)
{
    inside_line = over_line = false;
}

int label_start(void)
{
    cookie_io_functions_t functions = {.write = write_stream};
    FILE *labelled = fopencookie(NULL, "w", functions);
    if (!labelled || setvbuf(labelled, NULL, _IOLBF, STREAM_SIZE) != 0)
        return -1;
    started = now();
    coloured = wants_colour();
    pthread_atfork(NULL, NULL, begin_line);
    screen_keep_stream();
    stdout = labelled;
    module_set_print(print_line);
    return 0;
}
