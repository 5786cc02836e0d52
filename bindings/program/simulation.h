/*
 * Simulation: the options --sim and --steps, and what the program does to be
 * the same in each run with the same seed.
 *
 * It runs itself once more without address randomisation: Lua's hash seed, the
 * order of `next` and what tostring shows of a table hang on addresses.  It
 * keeps to one CPU, as its tasks take turns.  Each Lua state is furnished by
 * simulate/.
 *
 * The seed is told on stderr where it was drawn, and again where the program
 * fails: where it ends with a status other than 0, but not by Ctrl-C.  It also
 * fails where steps could not be written.
 *
 * Limits: what the program is given from outside is not the seed's: its
 * environment (TZ, LUA_PATH), arguments, files and standard input.  Commands
 * that a simulated program starts inherit the fixed addresses and the CPU.
 * print is the module's from the start, as with --label: in Lua 5.3 it does not
 * ask a global tostring.
 */
#ifndef SIMULATION_H
#define SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

/* How many words the option at arguments[i] takes, if it is one of these, and
 * remembers it; 0: it is another option; -1: it is wrong, which is told. */
int simulation_read_option(int count, char **arguments, int i);

/* The same for an option that has been read. */
int simulation_words(const char *option);

/* After all options, before anything else: where --sim is among them, draws the
 * seed and runs the program anew.  Returns 0, or -1 where the options do not
 * fit together, which is told. */
int simulation_prepare(char **arguments);

/* Begins the simulation, in the process that is to run the script (its path, or
 * ""), which is named in the steps.  0, or -1, which is told.  Nothing without
 * --sim. */
int simulation_begin(const char *script);

/* Calls run(data), in a simulation from an address of the stack that does not
 * hang on the size of the environment, as Lua's hash seed does on the stack's
 * addresses; unless the stack may be of less than 4 MiB (ulimit -s). */
int simulation_call(int (*run)(void *data), void *data);

/* Instead of the first three: the program is explored, with that seed.  It runs
 * in a process that was started for that (explore/host/worker.h). */
void simulation_explore(uint64_t seed, const char *script);

/* Makes this state, and later those of threads, the same in each run; loads the
 * module.  To be called where the libraries are open.  Nothing without --sim.
 * Where the program is explored, tl_init is called by simulation_enter, in each
 * of its schedules. */
void simulation_open(lua_State *L);
void simulation_enter(lua_State *L);

/* Whether the program is to run simulated. */
bool simulation_is_wanted(void);

#endif
