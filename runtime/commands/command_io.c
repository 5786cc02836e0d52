/*
 * Command I/O: what a task does while it waits for its command.
 *
 * Whatever the call waits for (the end, a line, all the output), the task
 * meanwhile writes the input that is left and reads what the command writes.
 * So the two never wait for each other with a pipe full.
 */
#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "commands/command.h"
#include "wait/descriptor.h"

/* Without a pidfd: how long not to look whether the command has ended. */
#define BLIND (10 * TL_MILLISECOND)

enum want {
    WANT_END = 1,    /* of the command */
    WANT_SENT = 2,   /* that nothing is left to be written */
    WANT_STDOUT = 4, /* all of it, to its end */
    WANT_STDERR = 8,
    WANT_READ = 16,  /* what `flow`, a pipe buffer, is to hold */
    WANT_OUTPUT = 32 /* whatever is written until then, however much */
};

/* What a call waits for. */
struct request {
    unsigned wants; /* all of these enum want */
    struct tl_pipe_buffer *flow;
    enum tl_read what;
    size_t count;
    size_t found; /* how much can be taken, once it is there */
};

/* ---- is it there? ---- */

static bool is_over(const struct tl_pipe_buffer *flow)
{
    return flow->state != TL_PIPE_BUFFER_OPEN;
}

static bool has_read(struct request *request)
{
    struct tl_pipe_buffer *flow = request->flow;
    request->found = tl_pipe_buffer_size(flow);
    if (request->what == TL_READ_BYTES && request->found >= request->count) {
        request->found = request->count;
        return true;
    }
    size_t line = request->what == TL_READ_LINE ? tl_pipe_buffer_line(flow) : 0;
    if (line > 0)
        request->found = line;
    return line > 0 || is_over(flow);
}

static bool is_met(struct tl_command *command, struct request *request)
{
    const struct tl_pipe_buffer *flows = command->flows;
    unsigned wants = request->wants;
    return !((wants & WANT_END && !tl_command_look(command)) ||
             (wants & WANT_SENT && !is_over(&flows[TL_STDIN]) &&
              tl_pipe_buffer_size(&flows[TL_STDIN]) > 0) ||
             (wants & WANT_STDOUT && !is_over(&flows[TL_STDOUT])) ||
             (wants & WANT_STDERR && !is_over(&flows[TL_STDERR])) ||
             (wants & WANT_READ && !has_read(request)));
}

/* ---- one turn ---- */

static bool is_wanted(const struct tl_command *command,
                      const struct request *request, int stream)
{
    const struct tl_pipe_buffer *flow = &command->flows[stream];
    unsigned all = stream == TL_STDOUT ? WANT_STDOUT : WANT_STDERR;
    all |= WANT_OUTPUT;
    if (is_over(flow))
        return false;
    if (stream == TL_STDIN)
        return tl_pipe_buffer_size(flow) > 0;
    return request->wants & all || flow == request->flow ||
           tl_pipe_buffer_size(flow) < TL_COMMAND_KEPT;
}

static int send_input(struct tl_command *command)
{
    struct tl_pipe_buffer *flow = &command->flows[TL_STDIN];
    int status = tl_pipe_buffer_drain(flow);
    if (command->closing && tl_pipe_buffer_size(flow) == 0)
        tl_pipe_buffer_close(flow);
    return status;
}

static int transfer(struct tl_command *command, int stream)
{
    return stream == TL_STDIN ? send_input(command)
                              : tl_pipe_buffer_fill(&command->flows[stream]);
}

/* The descriptors that matter to the request, of streams first; `streams` says
 * which.  How many streams. */
static unsigned watch(const struct tl_command *command,
                      const struct request *request, struct pollfd *polled,
                      int *streams, unsigned *count)
{
    unsigned flows = 0;
    for (int i = 0; i < TL_COMMAND_STREAMS; i++) {
        if (!is_wanted(command, request, i))
            continue;
        streams[flows] = i;
        polled[flows++] =
            (struct pollfd){.fd = command->flows[i].descriptor,
                            .events = i == TL_STDIN ? POLLOUT : POLLIN};
    }
    *count = flows;
    if (request->wants & WANT_END && !command->ended && command->pidfd >= 0)
        polled[(*count)++] =
            (struct pollfd){.fd = command->pidfd, .events = POLLIN};
    return flows;
}

static int transfer_all(struct tl_command *command, const struct pollfd *polled,
                        const int *streams, unsigned flows)
{
    int status = TL_OK;
    for (unsigned i = 0; i < flows && status == TL_OK; i++)
        if (polled[i].revents)
            status = transfer(command, streams[i]);
    return status;
}

/* Closes a pidfd that has told the end.  It stays readable, and would end each
 * poll at once where a tracer keeps the process from being reaped. */
static void heed_pidfd(struct tl_command *command, const struct pollfd *polled,
                       unsigned flows, unsigned count)
{
    if (count > flows && polled[flows].revents && !tl_command_look(command))
        tl_command_shut_pidfd(command);
}

/* Waits until something moves.  TL_TIMEOUT: nothing did. */
static int turn(struct tl_command *command, const struct request *request,
                tl_deadline deadline)
{
    struct pollfd polled[TL_COMMAND_STREAMS + 1];
    int streams[TL_COMMAND_STREAMS];
    unsigned count, flows = watch(command, request, polled, streams, &count);
    tl_deadline limit = deadline;
    if (request->wants & WANT_END && !command->ended && command->pidfd < 0)
        limit = tl_clock_earlier(deadline, tl_clock_now() + BLIND);
    int status = tl_descriptor_wait(polled, count, limit);
    if (status == TL_OK)
        status = transfer_all(command, polled, streams, flows);
    heed_pidfd(command, polled, flows, count);
    if (status == TL_TIMEOUT && limit < deadline)
        return TL_OK;
    return status;
}

int tl_command_poll(void *state, struct pollfd *polled, unsigned *count)
{
    struct tl_command *command = state;
    const struct request request = {.wants = WANT_END};
    int streams[TL_COMMAND_STREAMS];
    int status = tl_command_enter(command, TL_OP_NONE);
    if (status < 0)
        return status;
    tl_command_heed_pidfd(command);
    unsigned flows = watch(command, &request, polled, streams, count);
    status = tl_descriptor_wait(polled, flows, TL_NOW);
    if (status == TL_OK)
        status = transfer_all(command, polled, streams, flows);
    if (status < 0 && status != TL_TIMEOUT)
        return status;
    if (tl_command_look(command))
        return 1;
    watch(command, &request, polled, streams, count);
    return 0;
}

/* Until all is there that the request wants.  What came at the deadline counts;
 * what keeps coming does not keep a call beyond its deadline. */
static int exchange(struct tl_command *command, struct request *request,
                    tl_deadline deadline)
{
    bool late = false;
    while (!is_met(command, request)) {
        if (late)
            return TL_TIMEOUT;
        late = tl_clock_passed(deadline);
        int status = turn(command, request, deadline);
        if (status == TL_TIMEOUT)
            late = true;
        else if (status < 0)
            return status;
    }
    return TL_OK;
}

/* ---- the streams ---- */

bool tl_command_is_whole(const struct tl_command *command,
                         enum tl_command_stream stream)
{
    return tl_pipe_buffer_size(&command->flows[stream]) == 0;
}

static int enter_stream(struct tl_command *command,
                        enum tl_command_stream stream,
                        enum tl_operation operation)
{
    int status = tl_command_enter(command, operation);
    if (status < 0)
        return status;
    enum tl_pipe_buffer_state state = command->flows[stream].state;
    return state == TL_PIPE_BUFFER_NONE || state == TL_PIPE_BUFFER_CLOSED
               ? TL_DROPPED
               : TL_OK;
}

static struct tl_slice slice_of(const struct tl_pipe_buffer *flow, size_t size)
{
    return (struct tl_slice){.data = size ? flow->data + flow->start : "",
                             .size = size};
}

int tl_command_read(struct tl_command *command, enum tl_command_stream stream,
                    enum tl_read what, size_t count, struct tl_slice *slice,
                    tl_deadline deadline)
{
    int status = enter_stream(command, stream, TL_OP_COMMAND_READ);
    if (status < 0)
        return status;
    struct tl_pipe_buffer *flow = &command->flows[stream];
    struct request request = {
        .wants = WANT_READ, .flow = flow, .what = what, .count = count};
    /* a look that finds it costs less than to wait */
    if (!has_read(&request))
        status = tl_pipe_buffer_fill(flow);
    if (status == TL_OK)
        status = exchange(command, &request, deadline);
    if (status < 0)
        return status;
    *slice = slice_of(flow, request.found);
    bool over = is_over(flow) && tl_pipe_buffer_size(flow) == 0;
    return over && what != TL_READ_ALL ? TL_CLOSED : TL_OK;
}

struct tl_slice tl_command_held(const struct tl_command *command,
                                enum tl_command_stream stream)
{
    const struct tl_pipe_buffer *flow = &command->flows[stream];
    return slice_of(flow, tl_pipe_buffer_size(flow));
}

void tl_command_take(struct tl_command *command, enum tl_command_stream stream,
                     size_t size)
{
    struct tl_pipe_buffer *flow = &command->flows[stream];
    size_t held = tl_pipe_buffer_size(flow);
    tl_pipe_buffer_take(flow, size < held ? size : held);
}

int tl_command_write(struct tl_command *command, const void *data, size_t size,
                     size_t *wrote, tl_deadline deadline)
{
    *wrote = 0;
    int status = enter_stream(command, TL_STDIN, TL_OP_COMMAND_WRITE);
    if (status < 0)
        return status;
    struct tl_pipe_buffer *flow = &command->flows[TL_STDIN];
    status = tl_pipe_buffer_append(flow, data, size);
    if (status < 0)
        return status;
    status = tl_pipe_buffer_drain(flow);
    struct request request = {.wants = WANT_SENT};
    if (status == TL_OK)
        status = exchange(command, &request, deadline);
    if (flow->state != TL_PIPE_BUFFER_OPEN)
        return TL_CLOSED;
    size_t left =
        tl_pipe_buffer_size(flow) < size ? tl_pipe_buffer_size(flow) : size;
    tl_pipe_buffer_withdraw(flow, left);
    *wrote = size - left;
    return status;
}

int tl_command_close(struct tl_command *command, enum tl_command_stream stream)
{
    int status = tl_command_enter(command, TL_OP_COMMAND_CLOSE);
    if (status < 0)
        return status;
    tl_pipe_buffer_close(&command->flows[stream]);
    return TL_OK;
}

/* ---- the whole ---- */

/* Returns what `closing` was, since this call may be a callback's inside
 * another. */
static bool close_when_sent(struct tl_command *command)
{
    struct tl_pipe_buffer *flow = &command->flows[TL_STDIN];
    bool closing = command->closing;
    command->closing = true;
    if (tl_pipe_buffer_size(flow) == 0)
        tl_pipe_buffer_close(flow);
    return closing;
}

int tl_command_communicate(struct tl_command *command, const void *input,
                           size_t size, tl_deadline deadline)
{
    struct request request = {.wants = WANT_END | WANT_SENT | WANT_STDOUT |
                                       WANT_STDERR};
    struct tl_pipe_buffer *flow = &command->flows[TL_STDIN];
    int status =
        input ? enter_stream(command, TL_STDIN, TL_OP_COMMAND_COMMUNICATE)
              : tl_command_enter(command, TL_OP_COMMAND_COMMUNICATE);
    if (status == TL_OK && flow->state == TL_PIPE_BUFFER_OPEN)
        status = tl_pipe_buffer_append(flow, input, size);
    if (status < 0)
        return status;
    bool closing = close_when_sent(command);
    status = exchange(command, &request, deadline);
    command->closing = closing;
    return status;
}

int tl_command_await(struct tl_command *command, tl_deadline deadline)
{
    struct request request = {.wants = WANT_END};
    return exchange(command, &request, deadline);
}

/* Reads what the ended command wrote last, as far as it is in the pipes.  Waits
 * for no end of a stream: a child of the command may keep it open. */
static void fetch_rest(struct tl_command *command)
{
    for (int i = TL_STDOUT; i <= TL_STDERR; i++) {
        struct tl_pipe_buffer *flow = &command->flows[i];
        size_t before;
        do {
            before = tl_pipe_buffer_size(flow);
            if (tl_pipe_buffer_fill(flow) < 0)
                break;
        } while (tl_pipe_buffer_size(flow) > before &&
                 tl_pipe_buffer_size(flow) < TL_COMMAND_KEPT);
    }
}

static int join(struct tl_command *command, unsigned wants,
                enum tl_operation operation, tl_deadline deadline)
{
    struct request request = {.wants = wants};
    int status = tl_command_enter(command, operation);
    if (status < 0)
        return status;
    bool closing = command->closing;
    if (deadline == TL_FOREVER)
        close_when_sent(command);
    status = exchange(command, &request, deadline);
    command->closing = closing;
    if (status == TL_OK)
        fetch_rest(command);
    return status;
}

int tl_command_join(struct tl_command *command, tl_deadline deadline)
{
    return join(command, WANT_END, TL_OP_COMMAND_JOIN, deadline);
}

int tl_command_result(struct tl_command *command, tl_deadline deadline)
{
    return join(command, WANT_END | WANT_OUTPUT, TL_OP_COMMAND_RESULT,
                deadline);
}
