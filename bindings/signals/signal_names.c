#include "signals/signal_names.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/support.h"

static const struct name {
    const char *name;
    int number;
    const char *refused; /* what to do instead; NULL: it can be had */
} names[] = {
    {"HUP", SIGHUP, NULL},
    {"INT", SIGINT, NULL},
    {"QUIT", SIGQUIT, NULL},
    {"TERM", SIGTERM, NULL},
    {"USR1", SIGUSR1, NULL},
    {"USR2", SIGUSR2, NULL},
    {"PIPE", SIGPIPE, NULL},
    {"TSTP", SIGTSTP, NULL},
    {"WINCH", SIGWINCH, NULL},
    {"KILL", SIGKILL,
     "no process hears it; p:terminate() sends TERM, which it can hear"},
    {"STOP", SIGSTOP, "no process hears it; TSTP can be heard"},
    {"CONT", SIGCONT, "p:resume() needs it; send USR1 or USR2 after it"},
    {"CHLD", SIGCHLD,
     "the runtime looks after children; ipc.wait{ p } tells when one ends"},
    {"URG", SIGURG, "the runtime wakes tasks by it; use USR1 or USR2"},
    {"ALRM", SIGALRM,
     "the program ends by it what Ctrl-C cannot; ipc.sleep and timeouts tell "
     "the time"},
    {"SEGV", SIGSEGV, "it tells of a fault in the program, which must end"},
    {"BUS", SIGBUS, "it tells of a fault in the program, which must end"},
    {"FPE", SIGFPE, "it tells of a fault in the program, which must end"},
    {"ILL", SIGILL, "it tells of a fault in the program, which must end"},
    {"ABRT", SIGABRT, "it tells of a fault in the program, which must end"},
};

const char *signal_names_of(int number)
{
    const struct name *name = names;
    while (name->number != number)
        name++;
    return name->name;
}

static int list_names(lua_State *L, const char *call, const char *name)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].refused)
            continue;
        luaL_addstring(&buffer, i ? ", " : "");
        luaL_addstring(&buffer, names[i].name);
    }
    luaL_pushresult(&buffer);
    return misuse(L, NULL, call,
                  "there is no signal \"%s\" that can be heard; there are: %s",
                  name, lua_tostring(L, -1));
}

int signal_names_check(lua_State *L, const char *call)
{
    if (lua_type(L, 1) != LUA_TSTRING)
        return misuse(L, NULL, call,
                      "the name of a signal is expected, such as \"TERM\", "
                      "not %s",
                      shown_a_type(L, 1));
    size_t size;
    const char *full = lua_tolstring(L, 1, &size);
    const char *name = strncmp(full, "SIG", 3) == 0 ? full + 3 : full;
    bool whole = strlen(full) == size;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!whole || strcmp(name, names[i].name) != 0)
            continue;
        if (names[i].refused)
            return misuse(L, NULL, call, "%s cannot be had: %s", names[i].name,
                          names[i].refused);
        return names[i].number;
    }
    return list_names(L, call, full);
}
