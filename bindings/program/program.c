/*
 * The `tidelock` executable: Lua's own interpreter with the module built in.
 * It has the options, `arg`, error messages and exit statuses of `lua`; and
 * besides a REPL, labels on output, and an end by Ctrl-C for all tasks.
 */
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lualib.h>

#include "explore/host/zygote.h"
#include "lua/compat.h"
#include "lua/require.h"
#include "module.h"
#include "process/files.h"
#include "program/command.h"
#include "program/help.h"
#include "program/init.h"
#include "program/inspect.h"
#include "program/label.h"
#include "program/schedule.h"
#include "program/simulation.h"
#include "program/tracing.h"
#include "program/world.h"
#include "repl/children.h"
#include "repl/chunk.h"
#include "repl/interrupt.h"
#include "repl/repl.h"
#include "repl/task_prompt.h"
#include "simulate/chance.h"
#include "terminal/screen.h"
#include "tidelock.h"

static const char version[] = "Tidelock " TL_VERSION " (" LUA_RELEASE ")\n";

struct options {
    int script; /* index in the arguments; their count where there is none */
    bool help;
    bool version;
    bool interactive;
    bool no_environment;
    bool label;
    bool code; /* something to run stands in an option */
};

struct invocation {
    struct options options;
    int count;
    char **arguments;
};

/* Runs the chunk, or reports the error, that a luaL_load function has left;
 * returns LUA_OK or another status. */
static int run_loaded(lua_State *L, int load_status)
{
    if (load_status == LUA_OK)
        load_status = chunk_call(L, 0, 0);
    return chunk_report(L, load_status);
}

static int run_code(lua_State *L, const char *code, const char *name)
{
    return run_loaded(L, luaL_loadbuffer(L, code, strlen(code), name));
}

/* `-l module` or `-l global=module` */
static int run_require(lua_State *L, const char *argument)
{
    const char *equals = strchr(argument, '=');
    const char *module = equals ? equals + 1 : argument;
    lua_pushlstring(L, argument,
                    equals ? (size_t)(equals - argument) : strlen(argument));
    require_push(L, module);
    int status = chunk_call(L, 1, 1);
    if (status != LUA_OK) {
        chunk_report(L, status);
    } else {
        lua_pushglobaltable(L);
        lua_insert(L, -3);
        lua_settable(L, -3);
    }
    lua_pop(L, 1);
    return status;
}

/* Sets an option that takes no argument; false: there is no such option. */
static bool set_flag(struct options *options, const char *option)
{
    if (help_is(option))
        options->help = true;
    else if (strcmp(option, "--version") == 0 || strcmp(option, "-v") == 0)
        options->version = true;
    else if (strcmp(option, "--label") == 0)
        options->label = true;
    else if (strcmp(option, "-i") == 0)
        options->interactive = true;
    else if (strcmp(option, "-E") == 0)
        options->no_environment = true;
    else
        return COMPAT_WARNINGS && strcmp(option, "-W") == 0;
    return true;
}

/* Whether it is -e or -l: its argument follows, in the same word or the next.
 */
static bool takes_argument(const char *option)
{
    return option[0] == '-' && (option[1] == 'e' || option[1] == 'l');
}

/* Removes a word, `run`: what stands before the script goes into `arg` below 0,
 * and that word tells nothing there. */
static void remove_word(struct invocation *invocation, int i)
{
    invocation->count--;
    for (; i <= invocation->count; i++) /* the NULL behind them, too */
        invocation->arguments[i] = invocation->arguments[i + 1];
}

static int refuse(const char *word)
{
    char text[80];
    snprintf(text, sizeof text, "'%s' needs an argument", word);
    if (takes_argument(word))
        help_refuse("run", text);
    else
        help_refuse_option("run", word);
    return -1;
}

/* Reads the option at arguments[i]: how many words it takes; -1: it is wrong,
 * which is told. */
static int read_option(struct invocation *invocation, int i)
{
    char **arguments = invocation->arguments;
    const char *word = arguments[i];
    int words = simulation_read_option(invocation->count, arguments, i);
    if (words == 0)
        words = tracing_read_option(word);
    if (words != 0)
        return words;
    if (!takes_argument(word))
        return set_flag(&invocation->options, word) ? 1 : refuse(word);
    invocation->options.code |= word[1] == 'e';
    if (word[2])
        return 1;
    return i + 1 < invocation->count ? 2 : refuse(word);
}

/* Reads the options from arguments[i] on: the index behind them; -1: a word is
 * wrong, which is told. */
static int read_options(struct invocation *invocation, int i)
{
    for (; i < invocation->count && invocation->arguments[i][0] == '-'; i++) {
        const char *word = invocation->arguments[i];
        if (strcmp(word, "-") == 0)
            break;
        if (strcmp(word, "--") == 0)
            return i + 1;
        int words = read_option(invocation, i);
        if (words < 0)
            return words;
        i += words - 1;
    }
    return i;
}

/* 0; -1: a word is wrong, which is told.  Options may stand on both sides of
 * `run`, but for `--`, which ends them. */
static int read_words(struct invocation *invocation)
{
    int i = read_options(invocation, 1);
    if (i > 0 && i + 1 < invocation->count &&
        strcmp(invocation->arguments[i], "run") == 0) {
        remove_word(invocation, i);
        if (strcmp(invocation->arguments[i - 1], "--") != 0)
            i = read_options(invocation, i);
    }
    invocation->options.script = i;
    return i < 0 ? i : 0;
}

/* Runs -e, -l and -W in their order; false: an error came, and was told. */
static bool run_options(lua_State *L, const struct invocation *invocation)
{
    for (int i = 1; i < invocation->options.script; i++) {
        const char *word = invocation->arguments[i];
        if (simulation_words(word) == 2)
            i++;
        if (COMPAT_WARNINGS && strcmp(word, "-W") == 0)
            lua_warning(L, "@on", 0);
        if (!takes_argument(word))
            continue;
        const char *argument = word[2] ? word + 2 : invocation->arguments[++i];
        int status = word[1] == 'e' ? run_code(L, argument, "=(command line)")
                                    : run_require(L, argument);
        if (status != LUA_OK)
            return false;
    }
    return true;
}

static bool run_init(lua_State *L)
{
    const char *name = "LUA_INIT" LUA_VERSUFFIX;
    const char *init = getenv(name);
    if (!init)
        init = getenv(name = "LUA_INIT");
    if (!init)
        return true;
    schedule_begin(L);
    if (*init == '@')
        return run_loaded(L, luaL_loadfile(L, init + 1)) == LUA_OK;
    const char *chunk = lua_pushfstring(L, "=%s", name);
    bool well = run_code(L, init, chunk) == LUA_OK;
    lua_pop(L, 1);
    return well;
}

/* The global `arg`: the script at 0, what stood before it below. */
static void set_arg(lua_State *L, const struct invocation *invocation)
{
    int script = invocation->options.script;
    if (script == invocation->count)
        script = 0;
    lua_createtable(L, invocation->count - script - 1, script + 1);
    for (int i = 0; i < invocation->count; i++) {
        lua_pushstring(L, invocation->arguments[i]);
        lua_rawseti(L, -2, i - script);
    }
    lua_setglobal(L, "arg");
}

static bool run_script(lua_State *L, const struct invocation *invocation)
{
    int script = invocation->options.script;
    const char *name = invocation->arguments[script];
    if (world_is(name))
        return world_run(L, invocation->count - script - 1,
                         invocation->arguments + script + 1);
    if (strcmp(name, "-") == 0 &&
        strcmp(invocation->arguments[script - 1], "--") != 0)
        name = NULL;
    int status = luaL_loadfile(L, name);
    int given = 0;
    if (status == LUA_OK) {
        luaL_checkstack(L, invocation->count + 4, "too many arguments");
        for (int i = script + 1; i < invocation->count; i++, given++)
            lua_pushstring(L, invocation->arguments[i]);
        schedule_begin(L);
        status = chunk_call(L, given, 0);
    } else if (status == LUA_ERRFILE) {
        help_add_way_out(L, name);
    }
    return chunk_report(L, status) == LUA_OK;
}

static void open_libraries(lua_State *L, const struct options *options)
{
    luaL_checkversion(L);
    if (options->no_environment) {
        lua_pushboolean(L, 1);
        lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    }
    if (options->label && label_start() < 0)
        luaL_error(L, "not enough memory for --label");
    luaL_openlibs(L);
    module_open_streams(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "_PRELOAD");
    lua_pushcfunction(L, luaopen_tidelock);
    lua_setfield(L, -2, "tidelock");
    lua_pop(L, 1);
    simulation_open(L);
    /* here, so that even the first print has a label */
    if (options->label) {
        luaL_requiref(L, "tidelock", luaopen_tidelock, 0);
        lua_pop(L, 1);
    }
}

/* Runs the program, in a protected call: true where all went well. */
static int run_program(lua_State *L)
{
    const struct invocation *invocation = lua_touserdata(L, 1);
    const struct options *options = &invocation->options;
    bool script = options->script < invocation->count;
    bool idle = !script && !options->code && !options->version;
    bool interactive = options->interactive || (idle && isatty(STDIN_FILENO));
    open_libraries(L, options);
    task_prompt_allow();
    set_arg(L, invocation);
    if (!zygote_is())
        interrupt_watch(L, interactive);
    if (interactive && screen_is_terminal() && !tl_simulate_is_on())
        children_open(!options->label, screen_has_colours());
    if (options->version)
        fputs(version, stdout);
    bool well = (options->no_environment || run_init(L)) &&
                run_options(L, invocation) &&
                (!script || run_script(L, invocation) || interactive);
    if (well && interactive)
        repl_run(L);
    else if (well && idle)
        well = run_loaded(L, luaL_loadfile(L, NULL)) == LUA_OK;
    lua_pushboolean(L, well);
    return 1;
}

static int run(void *invocation)
{
    lua_State *L = luaL_newstate();
    if (!L) {
        fputs("tidelock: not enough memory for a Lua state\n", stderr);
        return EXIT_FAILURE;
    }
    lua_pushcfunction(L, run_program);
    lua_pushlightuserdata(L, invocation);
    int status = chunk_report(L, lua_pcall(L, 1, 1, 0));
    bool well = status == LUA_OK && lua_toboolean(L, -1);
    schedule_end(L, well);
    interrupt_release();
    lua_close(L);
    interrupt_take();
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Makes malloc keep what is freed.  With its defaults it maps each large string
 * of a message anew; the kernel then zeroes its pages, which costs more than
 * the message itself. */
static void keep_freed_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 16 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

/* The program as the explorer has started it, with the script as its first
 * argument. */
static int run_explored(int count, char **arguments,
                        const struct zygote_start *start)
{
    struct invocation invocation = {
        .count = count, .arguments = arguments, .options.script = 1};
    keep_freed_memory();
    simulation_explore(start->seed, arguments[1]);
    chance_rank(start->rank);
    return simulation_call(run, &invocation);
}

/* Runs a command whose name is the first word: its exit status; -1: the word is
 * none, but the program's own. */
static int run_command(int count, char **arguments)
{
    const char *word = arguments[1];
    if (inspect_has(word) && !command_is_address(arguments[2]))
        return inspect_run(count - 1, arguments + 1);
    if (command_has(word) || inspect_has(word)) {
        init_begin();
        return command_run(count, arguments);
    }
    if (strcmp(word, "help") == 0)
        return help_run(count - 2, arguments + 2);
    if (strcmp(word, "run") == 0 && count > 2 && help_is(arguments[2]))
        return help_print("run");
    return -1;
}

int main(int count, char **arguments)
{
    struct zygote_start start;
    if (count > 1 && zygote_begin(&start))
        return run_explored(count, arguments, &start);
    int status = count > 1 ? run_command(count, arguments) : -1;
    if (status >= 0)
        return files_end(status);
    struct invocation invocation = {.count = count, .arguments = arguments};
    if (read_words(&invocation) < 0)
        return EXIT_FAILURE;
    if (invocation.options.help)
        return files_end(help_print(NULL));
    if (simulation_prepare(arguments) < 0)
        return EXIT_FAILURE;
    init_begin();
    keep_freed_memory();
    /* some parents leave it ignored: then no end of a command is known */
    signal(SIGCHLD, SIG_DFL);
    int at = invocation.options.script;
    const char *script = at < invocation.count ? arguments[at] : "";
    if (tracing_begin(script, simulation_is_wanted()) < 0 ||
        simulation_begin(script) < 0)
        return EXIT_FAILURE;
    return simulation_call(run, &invocation);
}
