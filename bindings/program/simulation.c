#include "program/simulation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <lauxlib.h>

#include "explore/host/kept_files.h"
#include "terminal/same_file.h"
#include "module.h"
#include "process/exit.h"
#include "process/files.h"
#include "process/thread.h"
#include "program/tracing.h"
#include "simulate/file_points.h"
#include "simulate/simulate.h"
#include "simulate/tell.h"
#include "tidelock.h"

#define WORD "--sim"
#define STEPS "--steps"
#define SEED_ROOM 32
#define STACK_STEP ((uintptr_t)1 << 20)
#define STACK_LEAST (4 * STACK_STEP) /* of which a step can be spared */

static struct {
    bool wanted, explored;
    int drawn_at; /* index of the last --sim without a number; 0: none */
    uint64_t seed;
    const char *steps; /* path; NULL: none */
} options;

/* ---- the options ---- */

static int refuse_seed(const char *text)
{
    fprintf(stderr,
            "tidelock: " WORD "=%s: the seed is a whole number from 0 to "
            "%" PRId64 "; " WORD " alone draws one\n",
            text, INT64_MAX);
    return -1;
}

/* Decimal digits alone, which strtoull does not ask for. */
static int read_seed(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long seed = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || seed > INT64_MAX)
        return refuse_seed(text);
    options.seed = seed;
    options.drawn_at = 0;
    return 1;
}

/* What stands behind the word and a "=" in the option; NULL: nothing. */
static const char *behind(const char *option, const char *word)
{
    size_t size = strlen(word);
    return strncmp(option, word, size) == 0 && option[size] == '='
               ? option + size + 1
               : NULL;
}

int simulation_words(const char *option)
{
    if (strcmp(option, STEPS) == 0)
        return 2;
    return strcmp(option, WORD) == 0 || behind(option, WORD) ||
           behind(option, STEPS);
}

int simulation_read_option(int count, char **arguments, int i)
{
    const char *word = arguments[i];
    int words = simulation_words(word);
    if (words == 2 && i + 1 == count) {
        fputs("tidelock: '" STEPS "' needs an argument: the file for the "
              "steps of the simulation\n",
              stderr);
        return -1;
    }
    if (words != 1 || behind(word, STEPS)) {
        if (words > 0)
            options.steps = words == 2 ? arguments[i + 1] : behind(word, STEPS);
        return words;
    }
    options.wanted = true;
    if (behind(word, WORD))
        return read_seed(behind(word, WORD));
    options.drawn_at = i;
    return words;
}

bool simulation_is_wanted(void)
{
    return options.wanted;
}

/* ---- the same addresses ---- */

/* Below 2^32, so that people can type it. */
static uint64_t draw_seed(void)
{
    uint32_t seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = (uint32_t)time(NULL) ^ (uint32_t)getpid() << 16;
    return seed;
}

/* Puts the drawn seed into the arguments: it is there for the program run anew,
 * and `arg` is the same in the run that repeats this one. */
static void settle_seed(char **arguments)
{
    static char word[SEED_ROOM];
    if (options.drawn_at == 0)
        return;
    options.seed = draw_seed();
    snprintf(word, sizeof word, WORD "=%" PRIu64, options.seed);
    arguments[options.drawn_at] = word;
    fprintf(stderr, "tidelock: simulated with %s\n", word);
}

static bool is_randomized(void)
{
    int persona = personality(0xffffffff);
    return persona < 0 || !(persona & ADDR_NO_RANDOMIZE);
}

/* Returns where that cannot be.  A program with rights of its own (setuid) is
 * given random addresses each time. */
static void run_anew(char **arguments)
{
    int persona = personality(0xffffffff);
    if (persona >= 0 && getauxval(AT_SECURE) == 0 &&
        personality((unsigned long)persona | ADDR_NO_RANDOMIZE) >= 0 &&
        !is_randomized())
        execv("/proc/self/exe", arguments);
    fputs("tidelock: addresses may differ between runs with the same seed: "
          "this system does not let a program fix them\n",
          stderr);
}

int simulation_prepare(char **arguments)
{
    if (!options.wanted && options.steps) {
        fputs("tidelock: '" STEPS "' needs '" WORD "', whose steps it "
              "writes\n",
              stderr);
        return -1;
    }
    if (!options.wanted)
        return 0;
    settle_seed(arguments);
    if (is_randomized())
        run_anew(arguments);
    return 0;
}

/* ---- the start ---- */

/* The descriptor by which stdout or stderr has the file of that path open, such
 * as that of /dev/stdout; -1: none, or one that can as well be opened anew. */
static int find_standard(const char *path)
{
    struct stat wanted, found;
    if (stat(path, &wanted) < 0 ||
        !(S_ISREG(wanted.st_mode) || S_ISSOCK(wanted.st_mode)))
        return -1;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (fstat(fd, &found) == 0 && found.st_dev == wanted.st_dev &&
            found.st_ino == wanted.st_ino)
            return fd;
    return -1;
}

/* A file that is there twice would be emptied by the second one, and each would
 * write over what the other has written. */
static int open_file(const char *path)
{
    int standard = find_standard(path);
    if (standard >= 0)
        return tl_standard_avoid(fcntl(standard, F_DUPFD_CLOEXEC, 0));
    return tl_standard_avoid(
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
}

/* Why the steps are not to be written there; NULL: they can be. */
static const char *refuse_steps(const char *script)
{
    if (strcmp(script, "-") != 0 && same_file(options.steps, script))
        return "it is the script, which would be lost";
    return tracing_is_into(options.steps) ? "the trace is written there" : NULL;
}

static int open_steps(const char *script)
{
    if (!options.steps)
        return -1;
    const char *why = refuse_steps(script);
    int fd = why ? -1 : open_file(options.steps);
    if (fd < 0)
        fprintf(stderr,
                "tidelock: " STEPS " %s: %s; give a file that can be written\n",
                options.steps, why ? why : strerror(errno));
    return fd;
}

static void keep_to_one_cpu(void)
{
    cpu_set_t set;
    int cpu = sched_getcpu();
    CPU_ZERO(&set);
    if (cpu >= 0 && cpu < CPU_SETSIZE) {
        CPU_SET(cpu, &set);
        /* else it is slower, and the same */
        sched_setaffinity(0, sizeof set, &set);
    }
}

/* The program run anew is "exe" for ps and pgrep. */
static void keep_name(void)
{
    prctl(PR_SET_NAME, program_invocation_short_name);
}

static void tell_failure(void)
{
    char text[80];
    int size = snprintf(text, sizeof text,
                        "tidelock: it failed with " WORD "=%" PRIu64 "\n",
                        options.seed);
    files_write(STDERR_FILENO, text, (size_t)size);
}

/* Whether steps could not be written, which is told. */
static bool tell_lost_steps(void)
{
    char text[400];
    if (tl_simulate_flush() == TL_OK)
        return false;
    int size = snprintf(text, sizeof text,
                        "tidelock: " STEPS " %.200s: %s; steps are missing\n",
                        options.steps, strerror(errno));
    files_write(STDERR_FILENO, text, (size_t)size);
    return true;
}

static void tell_stuck(void)
{
    tell_lost_steps();
    tell_failure();
}

static pid_t owner;

static void at_end(int status, void *unused)
{
    (void)unused;
    if (getpid() != owner)
        return;
    bool lost = tell_lost_steps();
    if (status != EXIT_SUCCESS)
        tell_failure();
    else if (lost)
        _exit(EXIT_FAILURE);
}

int simulation_begin(const char *script)
{
    if (!options.wanted)
        return 0;
    int steps = open_steps(script);
    if (options.steps && steps < 0)
        return -1;
    keep_name();
    keep_to_one_cpu();
    tl_simulate_begin(options.seed, steps, script);
    owner = getpid();
    on_exit(at_end, NULL);
    exit_after_report(tell_stuck);
    return 0;
}

static bool has_stack_to_spare(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_STACK, &limit) == 0 &&
           limit.rlim_cur >= STACK_LEAST;
}

int simulation_call(int (*run)(void *data), void *data)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (options.wanted && has_stack_to_spare()) {
        volatile char *skipped = __builtin_alloca(here % STACK_STEP + 1);
        *skipped = 0; /* else nothing would be skipped */
    }
    return run(data);
}

static void furnish(lua_State *L)
{
    simulate_open(L);
    simulate_seed(L);
    tell_open(L);
}

void simulation_open(lua_State *L)
{
    if (!options.wanted)
        return;
    /* first, as it replaces functions that are to be wrapped */
    luaL_requiref(L, "tidelock",
                  options.explored ? module_open : luaopen_tidelock, 0);
    lua_pop(L, 1);
    simulate_open(L);
    if (!options.explored)
        simulate_seed(L);
    thread_furnish_with(furnish);
}

void simulation_enter(lua_State *L)
{
    if (tl_init() < 0)
        luaL_error(L, "tidelock cannot start: %s", tl_init_error());
    simulate_seed(L);
    tell_open(L);
}

void simulation_explore(uint64_t seed, const char *script)
{
    static const struct file_keeper keeper = {.keep = kept_files_keep,
                                              .rename = kept_files_rename,
                                              .removed = kept_files_removed,
                                              .draw = kept_files_draw,
                                              .drawn = kept_files_drawn};
    file_points_keep_with(&keeper);
    options.wanted = options.explored = true;
    options.seed = seed;
    keep_name();
    tl_simulate_begin(seed, -1, script);
}
