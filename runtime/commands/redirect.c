#include "commands/redirect.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/standard.h"
#include "commands/command.h"

static bool is_input(int stream)
{
    return stream == TL_STDIN;
}

static int set_blocking(int descriptor, bool blocking)
{
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0)
        return TL_SYSTEM;
    flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return fcntl(descriptor, F_SETFL, flags) < 0 ? TL_SYSTEM : TL_OK;
}

static int plan_pipe(struct tl_redirect_plan *plan, int stream)
{
    int ends[2];
    if (tl_standard_pipe(ends) != 0)
        return TL_SYSTEM;
    plan->theirs[stream] = ends[is_input(stream) ? 0 : 1];
    plan->ours[stream] = ends[is_input(stream) ? 1 : 0];
    plan->made[stream] = true;
    return set_blocking(plan->ours[stream], false);
}

static int plan_null(struct tl_redirect_plan *plan, int stream)
{
    int mode = is_input(stream) ? O_RDONLY : O_WRONLY;
    plan->theirs[stream] =
        tl_standard_avoid(open("/dev/null", mode | O_CLOEXEC));
    plan->made[stream] = plan->theirs[stream] >= 0;
    return plan->made[stream] ? TL_OK : TL_SYSTEM;
}

static struct tl_pipe_buffer *
given_flow(const struct tl_redirection *redirection)
{
    return &redirection->command->flows[redirection->stream];
}

/* The program expects that the pipe end which it gets blocks; that flag is
 * shared by all who have the end. */
static int plan_command(struct tl_redirect_plan *plan, int stream,
                        const struct tl_redirection *redirection)
{
    struct tl_pipe_buffer *flow = given_flow(redirection);
    if (tl_command_enter(redirection->command, TL_OP_NONE) < 0 ||
        flow->state != TL_PIPE_BUFFER_OPEN)
        return TL_DROPPED;
    plan->theirs[stream] = flow->descriptor;
    return set_blocking(flow->descriptor, true);
}

static int plan_stream(struct tl_redirect_plan *plan, int stream,
                       const struct tl_redirection *redirection)
{
    switch (redirection->to) {
    case TL_REDIRECT_PIPE:
        return plan_pipe(plan, stream);
    case TL_REDIRECT_NULL:
        return plan_null(plan, stream);
    case TL_REDIRECT_COMMAND:
        return plan_command(plan, stream, redirection);
    case TL_REDIRECT_STDOUT:
        plan->theirs[stream] = plan->theirs[TL_STDOUT];
        return TL_OK;
    case TL_REDIRECT_DESCRIPTOR:
        plan->theirs[stream] = redirection->descriptor;
        return TL_OK;
    case TL_REDIRECT_INHERIT:
        break;
    }
    plan->theirs[stream] = stream;
    return TL_OK;
}

int tl_redirect_plan(struct tl_redirect_plan *plan,
                     const struct tl_command_options *options)
{
    int status = TL_OK;
    *plan = (struct tl_redirect_plan){0};
    for (int i = 0; i < TL_COMMAND_STREAMS; i++)
        plan->ours[i] = plan->theirs[i] = -1;
    for (int i = 0; i < TL_COMMAND_STREAMS && status == TL_OK; i++)
        status = plan_stream(plan, i, &options->streams[i]);
    return status;
}

void tl_redirect_settle(struct tl_redirect_plan *plan, bool started)
{
    for (int i = 0; i < TL_COMMAND_STREAMS; i++) {
        if (plan->made[i])
            close(plan->theirs[i]);
        if (!started && plan->ours[i] >= 0)
            close(plan->ours[i]);
    }
}

void tl_redirect_give(const struct tl_redirect_plan *plan,
                      const struct tl_command_options *options, bool started)
{
    for (int i = 0; i < TL_COMMAND_STREAMS; i++) {
        const struct tl_redirection *redirection = &options->streams[i];
        if (redirection->to != TL_REDIRECT_COMMAND)
            continue;
        if (started)
            tl_pipe_buffer_close(given_flow(redirection));
        else if (plan->theirs[i] >= 0)
            set_blocking(plan->theirs[i], false);
    }
}
