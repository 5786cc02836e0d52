#include "repl/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tidelock.h"

#define MOST 200
#define HELD_MOST ((size_t)1 << 20) /* bytes; then the children wait */
#define LINE_LONGEST ((size_t)64 << 10)
#define LABEL_SIZE (TL_NAME_SIZE + 32)

/* Bytes that grow. */
struct text {
    char *data;
    size_t size, room;
};

struct output {
    int master;
    char label[LABEL_SIZE];
    struct text line; /* that has not ended */
};

/* Recursive: a finalizer may start a child where another is being started. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static struct output outputs[MOST];
static size_t count;
static struct text pending; /* while held */
static bool labels, colour, held, all_kept;
static int news = -1, changes = -1; /* eventfds: for the prompt, the thread */

/* ---- text ---- */

/* What there is no memory for is lost. */
static void add(struct text *text, const char *data, size_t size)
{
    if (size == 0)
        return;
    if (text->size + size > text->room) {
        size_t room = 2 * (text->size + size);
        char *grown = realloc(text->data, room);
        if (!grown)
            return;
        text->data = grown;
        text->room = room;
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static void raise_flag(int fd)
{
    uint64_t one = 1;
    ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored;
}

static void lower_flag(int fd)
{
    uint64_t many;
    ssize_t ignored = read(fd, &many, sizeof many);
    (void)ignored;
}

/* Shows what is pending, or lets the prompt know of it. */
static void publish(void)
{
    if (pending.size == 0)
        return;
    if (held) {
        raise_flag(news);
        return;
    }
    tl_output(STDOUT_FILENO, pending.data, pending.size);
    pending.size = 0;
}

/* What a child writes over its line, as progress is shown, does not come over
 * the label. */
static void end_line(struct output *output)
{
    size_t at = 0, end = output->line.size;
    do {
        const char *rest = end ? output->line.data + at : "";
        const char *back = memchr(rest, '\r', end - at);
        size_t size = back ? (size_t)(back + 1 - rest) : end - at;
        add(&pending, output->label, strlen(output->label));
        add(&pending, rest, size);
        at += size;
    } while (at < end);
    add(&pending, "\n", 1);
    output->line.size = 0;
}

static void take(struct output *output, const char *data, size_t size)
{
    const char *end = data + size;
    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        const char *stop = newline ? newline : end;
        add(&output->line, data, (size_t)(stop - data));
        if (newline || output->line.size > LINE_LONGEST)
            end_line(output);
        data = newline ? newline + 1 : end;
    }
}

/* ---- the list ---- */

static void strike_out(struct output *output)
{
    if (output->line.size)
        end_line(output);
    free(output->line.data);
    close(output->master);
    *output = outputs[--count];
}

static bool is_full(void)
{
    return held && !all_kept && pending.size >= HELD_MOST;
}

/* Reads what is there; false: the output has ended. */
static bool drain(struct output *output)
{
    char data[4096];
    ssize_t got = 0;
    while (!is_full() && (got = read(output->master, data, sizeof data)) > 0)
        take(output, data, (size_t)got);
    return is_full() || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void drain_all(void)
{
    for (size_t i = count; i-- > 0;)
        if (!drain(&outputs[i]))
            strike_out(&outputs[i]);
    publish();
}

static void *run(void *unused)
{
    static struct pollfd polled[MOST + 1];
    (void)unused;
    for (;;) {
        pthread_mutex_lock(&lock);
        drain_all();
        size_t used = is_full() ? 0 : count;
        for (size_t i = 0; i < used; i++)
            polled[i] =
                (struct pollfd){.fd = outputs[i].master, .events = POLLIN};
        pthread_mutex_unlock(&lock);
        polled[used] = (struct pollfd){.fd = changes, .events = POLLIN};
        if (ppoll(polled, used + 1, NULL, NULL) > 0 && polled[used].revents)
            lower_flag(changes);
    }
    return NULL;
}

void outputs_open(bool with_labels, bool with_colour)
{
    labels = with_labels;
    colour = with_colour;
    news = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    changes = tl_standard_avoid(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/* ---- a new child ---- */

/* The other end, which passes all bytes as they are, and is as wide as the real
 * terminal. */
static int open_slave(int master)
{
    int slave = -1;
    struct termios mode;
    struct winsize size;
    if (unlockpt(master) == 0)
        slave = tl_standard_avoid(
            ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (slave >= 0 && tcgetattr(slave, &mode) == 0) {
        cfmakeraw(&mode);
        tcsetattr(slave, TCSANOW, &mode);
    }
    if (slave >= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        ioctl(slave, TIOCSWINSZ, &size);
    return slave;
}

/* A name has the same colour in every session: by its hash, FNV-1a. */
static int colour_of(const char *name)
{
    static const int colours[] = {31, 32, 33, 34, 35, 36,
                                  91, 92, 93, 94, 95, 96};
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return colours[hash % (sizeof colours / sizeof *colours)];
}

static void make_label(char label[LABEL_SIZE], const char *name)
{
    char shown[TL_NAME_SIZE];
    snprintf(shown, sizeof shown, "%s", name);
    tl_printable_make(shown);
    label[0] = '\0';
    if (labels && colour)
        snprintf(label, LABEL_SIZE, "\033[%dm%s |\033[0m ", colour_of(name),
                 shown);
    else if (labels)
        snprintf(label, LABEL_SIZE, "%s | ", shown);
}

int outputs_new(const char *name)
{
    static bool running;
    pthread_mutex_lock(&lock);
    if (count == MOST || changes < 0 || news < 0 ||
        (!running && !(running = tl_helper_thread_start(run, NULL) == TL_OK)))
        return -1;
    int master = tl_standard_avoid(
        posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    int slave = master < 0 ? -1 : open_slave(master);
    if (slave < 0) {
        if (master >= 0)
            close(master);
        return -1;
    }
    outputs[count] = (struct output){.master = master};
    make_label(outputs[count++].label, name);
    return slave;
}

void outputs_started(int output)
{
    if (output >= 0)
        close(output);
    if (changes >= 0)
        raise_flag(changes);
    pthread_mutex_unlock(&lock);
}

void outputs_take_over(int output)
{
    if (output >= 0) {
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
        close(output);
    }
    for (size_t i = 0; i < count; i++)
        close(outputs[i].master);
    count = 0;
    close(news);
    close(changes);
}

/* ---- the prompt ---- */

int outputs_fd(void)
{
    return news;
}

void outputs_gather(void)
{
    pthread_mutex_lock(&lock);
    drain_all();
    pthread_mutex_unlock(&lock);
}

void outputs_hold(void)
{
    pthread_mutex_lock(&lock);
    drain_all();
    held = true;
    pthread_mutex_unlock(&lock);
}

void outputs_keep_all(void)
{
    pthread_mutex_lock(&lock);
    if (is_full())
        raise_flag(changes);
    all_kept = true;
    pthread_mutex_unlock(&lock);
}

void outputs_keep_some(void)
{
    pthread_mutex_lock(&lock);
    all_kept = false;
    pthread_mutex_unlock(&lock);
}

void outputs_show(void (*show)(const char *text, size_t size))
{
    pthread_mutex_lock(&lock);
    lower_flag(news);
    if (is_full())
        raise_flag(changes);
    struct text text = pending;
    pending = (struct text){0};
    pthread_mutex_unlock(&lock);
    if (text.size)
        show(text.data, text.size);
    free(text.data);
}

void outputs_release(void)
{
    pthread_mutex_lock(&lock);
    if (is_full())
        raise_flag(changes);
    held = false;
    publish();
    pthread_mutex_unlock(&lock);
}

bool outputs_are_held(void)
{
    pthread_mutex_lock(&lock);
    bool are = held;
    pthread_mutex_unlock(&lock);
    return are;
}

void outputs_say(const char *name, const char *text, size_t size)
{
    struct output said = {.master = -1};
    if (name)
        make_label(said.label, name);
    pthread_mutex_lock(&lock);
    take(&said, text, size);
    if (said.line.size)
        end_line(&said);
    publish();
    pthread_mutex_unlock(&lock);
    free(said.line.data);
}
