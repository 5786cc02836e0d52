#include "terminal/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool screen_size(int fd, int *columns, int *rows)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

bool screen_is_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

bool screen_moves_cursor(void)
{
    const char *kind = getenv("TERM");
    return kind && *kind && strcmp(kind, "dumb") != 0;
}

bool screen_has_colours(void)
{
    const char *refused = getenv("NO_COLOR");
    return screen_is_terminal() && screen_moves_cursor() &&
           !(refused && *refused);
}

static FILE *kept;

FILE *screen_stream(void)
{
    return kept ? kept : stdout;
}

void screen_keep_stream(void)
{
    kept = stdout;
}
