#include "process/foster.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

const struct foster *foster;

int foster_open(const struct tl_handle *process)
{
    struct tl_process_info info;
    if (!foster || tl_process_identity(process, &info) < 0)
        return FOSTER_NONE;
    return foster->prepare(info.name);
}

void foster_started(const struct tl_handle *process, int output)
{
    int error = errno;
    if (output != FOSTER_NONE)
        foster->started(process, output);
    errno = error;
}

void foster_begin(int output)
{
    const struct foster *ours = foster;
    foster = NULL;
    if (ours)
        ours->begin(output);
}

static const char *name_of(const struct tl_command_options *options)
{
    const char *program = options->arguments[0];
    const char *slash = strrchr(program, '/');
    return options->name ? options->name : slash ? slash + 1 : program;
}

static bool inherits(const struct tl_command_options *options, int stream)
{
    return options->streams[stream].to == TL_REDIRECT_INHERIT;
}

int foster_command(struct tl_command_options *options)
{
    if (!foster)
        return FOSTER_NONE;
    /* one that reads the terminal stays with it */
    if (!inherits(options, TL_STDIN))
        options->joins = foster->group;
    if (!inherits(options, TL_STDOUT) && !inherits(options, TL_STDERR))
        return FOSTER_NONE;
    int output = foster->prepare(name_of(options));
    for (int i = TL_STDOUT; output >= 0 && i <= TL_STDERR; i++)
        if (inherits(options, i))
            options->streams[i] = (struct tl_redirection){
                .to = TL_REDIRECT_DESCRIPTOR, .descriptor = output};
    return output;
}
