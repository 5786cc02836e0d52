/*
 * The steps of a simulation as text: the lines, literally, and that none is
 * lost where tasks are killed or the file takes no more.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "observe/steps.h"
#include "support/lower.h"

static char text[1 << 22];

static struct tl_steps *begun(int fd)
{
    struct tl_steps *steps = mmap(NULL, sizeof *steps, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (steps == MAP_FAILED)
        exit(1);
    tl_steps_begin(steps, fd, 4711, "kitchen.lua");
    return steps;
}

static int open_file(void)
{
    char name[] = "/tmp/tidelock-steps-XXXXXX";
    int fd = mkostemp(name, O_APPEND);
    if (fd < 0)
        exit(1);
    unlink(name);
    return fd;
}

/* What is in the file, which is closed. */
static const char *read_all(int fd)
{
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    close(fd);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

/* Whether the step is this line. */
static bool is_line(const char *expected, struct tl_step step)
{
    int fd = open_file();
    struct tl_steps *steps = begun(fd);
    tl_steps_flush(steps);
    off_t heading = lseek(fd, 0, SEEK_END);
    tl_steps_write(steps, &step);
    tl_steps_flush(steps);
    munmap(steps, sizeof *steps);
    const char *got = read_all(fd) + heading;
    size_t size = strlen(expected);
    if (strncmp(got, expected, size) == 0 && strcmp(got + size, "\n") == 0)
        return true;
    printf("#  \"%s\"\n# not\n#  \"%s\"\n", got, expected);
    return false;
}

#define EVENT(...)                                                             \
    &(const struct tl_event)                                                   \
    {                                                                          \
        .key = TL_INTENT_ALL, __VA_ARGS__                                      \
    }
#define NAMES(...)                                                             \
    .others = (const char *const[]){__VA_ARGS__},                              \
    .listed = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)
#define ACQUIRE .operation = TL_OP_LOCK_ACQUIRE, .kind = TL_KIND_LOCK

static bool has_heading(void)
{
    int fd = open_file();
    struct tl_steps *steps = begun(fd);
    bool waits = lseek(fd, 0, SEEK_END) == 0;
    return waits && tl_steps_is_on(steps) && tl_steps_flush(steps) == TL_OK &&
           strcmp(read_all(fd),
                  "# kitchen.lua, seed 4711\n"
                  "# step  time        task       operation object            "
                  "how       line           | or\n") == 0;
}

/* As a script has them. */
static bool has_columns(void)
{
    return is_line("     1  0.000       main       starts",
                   (struct tl_step){
                       .event = EVENT(.step = 1, .how = TL_EVENT_STARTS),
                       .task = "main"}) &&
           is_line("    12  1.500       chef-1     acquire   "
                   "lock#1 \"till\"               kitchen.lua:31 "
                   "| main eater-2",
                   (struct tl_step){
                       .event = EVENT(.step = 12, .time = 1500000000, ACQUIRE),
                       .task = "chef-1",
                       .object = "lock#1 \"till\"",
                       .where = "kitchen.lua:31",
                       NAMES("main", "eater-2")}) &&
           is_line(
               "    13 61.000200    eater-2    sleep              "
               "         goes on   kitchen.lua:7",
               (struct tl_step){.event = EVENT(.step = 13, .time = 61000200000,
                                               .operation = TL_OP_SLEEP,
                                               .how = TL_EVENT_GOES_ON),
                                .task = "eater-2",
                                .where = "kitchen.lua:7"});
}

static bool tells_how(void)
{
    struct tl_step step = {.task = "a", .where = "a.lua:1"};
    step.event =
        EVENT(.step = 2, .time = 1, ACQUIRE, .how = TL_EVENT_LATE, .object = 3);
    if (!is_line("     2  0.000000001 a          acquire   lock#3            "
                 "timed out a.lua:1",
                 step))
        return false;
    step.event = EVENT(.step = 1234567, .time = 1234000000000, ACQUIRE,
                       .how = TL_EVENT_DIES, .object = 3);
    return is_line("1234567 1234.000    a          acquire   lock#3            "
                   "dies      a.lua:1",
                   step);
}

static bool tells_parts(void)
{
    static const struct {
        int kind;
        uint64_t key;
        const char *part;
    } rows[] = {{TL_KIND_ARRAY, 2, "array#1 [3]"},
                {TL_KIND_BUFFER, 1, "buffer#1 [65-128]"},
                {TL_KIND_TABLE, UINT64_C(0x1200000034), "table#1 [~00000026]"},
                {TL_KIND_QUEUE, 9, "queue#1 [9]"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[200];
        struct tl_event event = {.step = 5,
                                 .operation = TL_OP_LOCK_ACQUIRE,
                                 .kind = (uint8_t)rows[i].kind,
                                 .object = 1,
                                 .key = rows[i].key};
        snprintf(line, sizeof line,
                 "     5  0.000       a          acquire   %s", rows[i].part);
        if (!is_line(line, (struct tl_step){.event = &event, .task = "a"}))
            return false;
    }
    return true;
}

static bool cuts_long_ones(void)
{
    return is_line(
        "     3  0.000       customer-in-the-queue... acquire "
        "lock#1 \"the-till-that-everybody-wants... "
        "...n/the/shop/of/ann/till.lua:12 | +1",
        (struct tl_step){.event = EVENT(.step = 3, ACQUIRE),
                         .task = "customer-in-the-queue-number-17",
                         .object = "lock#1 \"the-till-that-everybody-wants-to-"
                                   "have-now\"",
                         .where = "/home/people/in/the/shop/of/ann/till.lua:12",
                         NAMES("main")});
}

/* A field that is too long moves the others no further than it must. */
static bool returns_to_columns(void)
{
    return is_line(
        "     3  0.000       customer-number-17 acquire lock#1"
        "                a.lua:1        | main",
        (struct tl_step){.event = EVENT(.step = 3, ACQUIRE, .object = 1),
                         .task = "customer-number-17",
                         .where = "a.lua:1",
                         NAMES("main")});
}

static bool counts_many(void)
{
    struct tl_step step = {.event = EVENT(.step = 3, ACQUIRE, .object = 1),
                           .task = "a",
                           .where = "a.lua:1",
                           NAMES("main", "b", "c", "d", "e", "f", "g", "h"),
                           .more = 100};
    static const char begin[] = "     3  0.000       a          acquire   "
                                "lock#1                      a.lua:1        ";
    char line[200];
    snprintf(line, sizeof line, "%s| main b c +105", begin);
    if (!is_line(line, step))
        return false;
    step.more = 0;
    snprintf(line, sizeof line, "%s| main b c d +4", begin);
    if (!is_line(line, step))
        return false;
    step.listed = 6;
    snprintf(line, sizeof line, "%s| main b c d e f", begin);
    if (!is_line(line, step))
        return false;
    step.listed = 0;
    step.more = 7;
    snprintf(line, sizeof line, "%s| +7", begin);
    return is_line(line, step);
}

static bool keeps_lines_whole(void)
{
    static char endless[5000];
    memset(endless, 'x', sizeof endless - 1);
    return is_line("     3  0.000       a?b???\xc3\xbc?   acquire   "
                   "lock#1 \"?[31m\xe2\x82\xac\"             "
                   "?a.lua:1?      | ?main",
                   (struct tl_step){.event = EVENT(.step = 3, ACQUIRE),
                                    .task = "a\nb\x7f\xc2\x9b\xff\xc3\xbc\xe2",
                                    .object = "lock#1 \"\x1b[31m\xe2\x82\xac\"",
                                    .where = "\ra.lua:1\n",
                                    NAMES("\tmain")}) &&
           is_line("     3  0.000       xxxxxxxxxxxxxxxxxxxxx... acquire "
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...",
                   (struct tl_step){.event = EVENT(.step = 3, ACQUIRE),
                                    .task = endless,
                                    .object = endless});
}

static void write_steps(struct tl_steps *steps, int from, int to)
{
    for (int i = from; i < to; i++) {
        struct tl_event event = {.step = (uint64_t)i, .how = TL_EVENT_STARTS};
        tl_steps_write(steps,
                       &(struct tl_step){.event = &event, .task = "some"});
    }
}

/* Whether the file has, behind the heading, the steps 1 to `last`. */
static bool has_steps(int fd, int last)
{
    const char *at = read_all(fd);
    for (int i = 0; i < 2; i++)
        at = strchr(at, '\n') + 1;
    for (int i = 1; i <= last; i++) {
        char *end;
        if (strtol(at, &end, 10) != i || !(end = strchr(end, '\n')))
            return false;
        at = end + 1;
    }
    return *at == '\0';
}

/* Many processes, one after the other, each of which is killed. */
static bool loses_none(void)
{
    int fd = open_file(), step = 1;
    struct tl_steps *steps = begun(fd);
    for (int i = 0; i < 40; i++, step += 200) {
        pid_t pid = fork();
        if (pid == 0) {
            write_steps(steps, step, step + 200);
            raise(SIGKILL);
        }
        waitpid(pid, NULL, 0);
    }
    bool gathers = lseek(fd, 0, SEEK_END) < (off_t)step * 35;
    return gathers && tl_steps_flush(steps) == TL_OK && has_steps(fd, step - 1);
}

/* What a task leaves that is killed while it takes a line down, and another
 * while it writes. */
static bool takes_over(void)
{
    int fd = open_file();
    struct tl_steps *steps = begun(fd);
    write_steps(steps, 1, 10);
    uint64_t bytes = atomic_load(&steps->bytes);
    memcpy(steps->text + bytes, "    10  0.0", 11);
    if (write(fd, steps->text, 100) != 100)
        return false;
    atomic_store(&steps->bytes, bytes | UINT64_C(100) << 32);
    write_steps(steps, 10, 20);
    return tl_steps_flush(steps) == TL_OK && has_steps(fd, 19);
}

static bool tells_of_full(void)
{
    int fd = open("/dev/full", O_WRONLY);
    struct tl_steps *steps = begun(fd);
    write_steps(steps, 1, 5000);
    errno = 0;
    return !tl_steps_is_on(steps) && tl_steps_flush(steps) == TL_SYSTEM &&
           errno == ENOSPC;
}

static bool off_is_nothing(void)
{
    static struct tl_steps steps;
    write_steps(&steps, 1, 3);
    return !tl_steps_is_on(&steps) && tl_steps_flush(&steps) == TL_OK &&
           atomic_load(&steps.bytes) == 0;
}

static const struct tl_kind named[TL_KINDS] = {
    [TL_KIND_LOCK] = {.name = "lock"},
    [TL_KIND_ARRAY] = {.name = "array"},
    [TL_KIND_BUFFER] = {.name = "buffer"},
    [TL_KIND_TABLE] = {.name = "table"},
    [TL_KIND_QUEUE] = {.name = "queue"}};
static const struct tl_upcalls upcalls = {.kinds = named};

int main(void)
{
    tl_upcalls = &upcalls;
    say(has_heading(), "the heading has the script, the seed, the columns");
    say(has_columns(), "a step is a line of columns");
    say(tells_how(), "a line says how");
    say(tells_parts(), "parts are counted as scripts do");
    say(cuts_long_ones(), "long names are cut");
    say(returns_to_columns(), "a long name moves its neighbours alone");
    say(counts_many(), "many others are a number");
    say(keeps_lines_whole(), "no name breaks a line");
    say(loses_none(), "no line is lost with a process that is killed");
    say(takes_over(), "what a killed one left undone is done");
    say(tells_of_full(), "a file that takes no more is told");
    say(off_is_nothing(), "what was not begun is nothing");
    return lower_failures;
}
