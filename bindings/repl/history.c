#include "repl/history.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "repl/readline.h"

#define ENTRIES 1000
#define SIZE_MOST (1 << 20) /* of a file that is left as it is */

static char *path;

/* A file of an older version has no times, and a line is an entry: true where
 * this is one, which was read. */
static bool read_plain_lines(void)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    bool plain = false;
    while (file && getline(&line, &room, file) > 0) {
        if (!plain && line[0] == '#')
            break;
        plain = true;
        line[strcspn(line, "\n")] = '\0';
        readline.add_history(line);
    }
    free(line);
    if (file)
        fclose(file);
    return plain;
}

/* A file that many sessions have added to keeps the last entries. */
static void read_entries(void)
{
    struct stat file;
    if (readline.read_history(path) == 0 && stat(path, &file) == 0 &&
        file.st_size > SIZE_MOST)
        readline.write_history(path);
}

void history_open(void)
{
    static bool known; /* a task may come to a prompt again */
    const char *home = getenv("HOME");
    *readline.history_comment_char = '#';
    *readline.history_write_timestamps = 1;
    readline.using_history();
    readline.stifle_history(ENTRIES);
    if (!home || asprintf(&path, "%s/.tidelock_history", home) < 0)
        path = NULL;
    else if (!known && read_plain_lines())
        readline.write_history(path);
    else if (!known)
        read_entries();
    known = true;
}

void history_close(void)
{
    free(path);
    path = NULL;
}

/* Tells it once: the session itself has its history. */
static void give_up(int error)
{
    fprintf(stderr, "(the history is not kept: %s: %s)\n", path,
            strerror(error));
    history_close();
}

void history_add(const char *chunk)
{
    readline.add_history(chunk);
    /* now and not at the end, which a kill would prevent */
    if (path && readline.append_history(1, path) != 0) {
        int error = readline.write_history(path);
        if (error != 0)
            give_up(error);
    }
}
