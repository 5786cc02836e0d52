#include "program/inspect.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "program/help.h"
#include "tidelock.h"

static int complain(const char *tool, const char *what, const char *why)
{
    fprintf(stderr, "tidelock %s: %s: %s\n", tool, what, why);
    return EXIT_FAILURE;
}

static int refuse(const char *tool, const char *what, int status)
{
    if (status != TL_SYSTEM)
        return complain(tool, what, tl_status_text(status));
    fprintf(stderr, "tidelock %s: %s: %m\n", tool, what);
    return EXIT_FAILURE;
}

/* Opens the space to look into; negative: the user was told why not. */
static int look_into(const char *tool, const char *name)
{
    int space = tl_look_into(name);
    if (space == TL_EMPTY)
        complain(tool, name,
                 "there is no such space; tidelock ls shows those "
                 "there are");
    else if (space < 0)
        refuse(tool, name, space);
    return space;
}

/* ---- ls ---- */

/* Prints a line on an object; TL_EMPTY: it was removed meanwhile. */
static int print_object(unsigned space, const char *name)
{
    struct tl_handle handle = {0};
    char text[TL_TEXT_SIZE];
    int status = tl_space_find(space, name, &handle);
    if (status < 0)
        return status;
    tl_describe(&handle, text, sizeof text);
    tl_handle_close(&handle);
    tl_printable_make(text); /* the tasks that it tells of may be others' */
    puts(text);
    return TL_OK;
}

/* Prints all objects of a space; a status. */
static int print_named(unsigned space)
{
    /* with room for some that come meanwhile */
    int64_t most = tl_space_names(space, NULL, 0) + 100;
    struct tl_name *names = calloc((size_t)most, sizeof *names);
    if (!names)
        return TL_NO_MEMORY;
    int64_t count = tl_space_names(space, names, (size_t)most);
    int status = count < 0 ? (int)count : TL_OK;
    for (int64_t i = 0; i < count && i < most; i++) {
        status = print_object(space, names[i].text);
        if (status < 0 && status != TL_EMPTY)
            break;
    }
    free(names);
    return status == TL_EMPTY ? TL_OK : status;
}

static int print_objects(const char *name)
{
    int space = look_into("ls", name);
    if (space < 0)
        return EXIT_FAILURE;
    int status = print_named((unsigned)space);
    tl_look_away((unsigned)space);
    return status < 0 ? refuse("ls", name, status) : EXIT_SUCCESS;
}

/* Prints a line on a space: its memory, its tasks and its objects. */
static void print_space(const char *name, const char *path)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return;
    int space = tl_look_into(name);
    if (space < 0) {
        printf("%-24s %s\n", name, tl_status_text(space));
        return;
    }
    struct tl_task_info info;
    uint32_t number = 1;
    int tasks = 0;
    int64_t objects = tl_space_names((unsigned)space, NULL, 0);
    while (tl_task_look((unsigned)space, &number, &info) == TL_OK)
        tasks++;
    printf("%-24s %3d objects  %3d tasks  %6.1f of %.0f MiB\n", name,
           (int)objects, tasks, (double)file.st_blocks / 2048,
           (double)file.st_size / (1 << 20));
    tl_look_away((unsigned)space);
}

static int print_spaces(void)
{
    char path[128];
    if (!tl_space_path("x", path, sizeof path))
        return EXIT_FAILURE;
    /* the folder, and how the files of this user's spaces begin */
    char *slash = strrchr(path, '/');
    size_t prefix = strlen(slash + 1) - 1;
    char begin[64];
    snprintf(begin, sizeof begin, "%.*s", (int)prefix, slash + 1);
    *slash = '\0';
    DIR *folder = opendir(path);
    if (!folder)
        return refuse("ls", path, TL_SYSTEM);
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *name = entry->d_name + prefix;
        char full[128];
        if (strncmp(entry->d_name, begin, prefix) == 0 &&
            tl_space_path(name, full, sizeof full))
            print_space(name, full);
    }
    closedir(folder);
    return EXIT_SUCCESS;
}

static int ls(int count, char **arguments)
{
    if (count > 2)
        return help_refuse("ls", "ls is of one space");
    return count == 2 ? print_objects(arguments[1]) : print_spaces();
}

/* ---- rm ---- */

static int rm_object(const char *space_name, const char *name)
{
    int space = look_into("rm", space_name);
    if (space < 0)
        return EXIT_FAILURE;
    int status = tl_space_remove((unsigned)space, name);
    tl_look_away((unsigned)space);
    if (status == TL_EMPTY)
        return complain("rm", name, "there is no such object in the space");
    return status < 0 ? refuse("rm", name, status) : EXIT_SUCCESS;
}

static int rm(int count, char **arguments)
{
    if (count != 2 && count != 3)
        return help_refuse("rm", "rm is of a space, or of one object of it");
    if (count == 3)
        return rm_object(arguments[1], arguments[2]);
    int status = tl_space_unlink(arguments[1]);
    if (status == TL_EMPTY)
        return complain("rm", arguments[1],
                        "there is no such space; tidelock ls shows those there "
                        "are");
    return status < 0 ? refuse("rm", arguments[1], status) : EXIT_SUCCESS;
}

/* ---- which ---- */

static const struct {
    const char *name;
    int (*run)(int count, char **arguments);
} tools[] = {{"ls", ls}, {"rm", rm}};

typedef int (*tool)(int count, char **arguments);

static tool find(const char *word)
{
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (strcmp(tools[i].name, word) == 0)
            return tools[i].run;
    return NULL;
}

bool inspect_has(const char *word)
{
    return find(word) != NULL;
}

int inspect_run(int count, char **arguments)
{
    const char *name = arguments[0];
    if (count > 1 && help_is(arguments[1]))
        return help_print(name);
    if (count > 1 && strcmp(arguments[1], "--") == 0) {
        count--;
        arguments++;
    } else if (count > 1 && arguments[1][0] == '-') {
        return help_refuse_option(name, arguments[1]);
    }
    if (tl_init() < 0)
        return complain(name, "cannot start", tl_init_error());
    return find(name)(count, arguments);
}
