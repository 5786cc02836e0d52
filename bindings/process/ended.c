#include "process/ended.h"

#include <stdio.h>
#include <string.h>

void ended_text(const struct tl_process_info *info, char *text, size_t size)
{
    if (!info->exit_known)
        snprintf(text, size, "ended, and nobody knows how");
    else if (info->exitcode < 0)
        snprintf(text, size, "killed by signal %d (%s)", -info->exitcode,
                 strsignal(-info->exitcode));
    else
        snprintf(text, size, "exited with status %d", info->exitcode);
}
