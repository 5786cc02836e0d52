--- Commands: what the program can be told on its command line.
--
-- From these rows come --help, the man page and the completions (docs/program.lua), so that they agree.  How a row is
-- made is told in usage.lua.  What the rows say is read where it is used: the options of `run` in program/program.c and
-- simulation.c and tracing.c, the names ls and rm in program/inspect.c; those of the commands in Lua are in their
-- rooms.
local explore = require "explore.options"
local labs = require "labs.options"
local server = require "server.options"
local timeline = require "timeline.options"
local top = require "top.options"

local function help() return { "-h", "--help", text = "this text" } end

local run = {
  name = "run",
  bare = true,
  brief = "runs a script; the word itself can be left out",
  text = "Runs the script, which has the module as require \"tidelock\". Without one it is interactive on a terminal, "
    .. "and runs standard input elsewhere.",
  synopsis = { "[options] [run] [script [arguments]]" },
  arguments = { "script" },
  more = true,
  options = {
    { "-e", value = "CODE", many = true, text = "run the code" },
    { "-l", value = "MODULE", many = true,
      text = "require the module into a global of its name; -l g=module: into the global g" },
    { "-i", text = "go on interactively after the script" },
    { "--label", text = "put the time and the task's name before each line of output" },
    { "--sim", value = "SEED", may = true,
      text = "simulated: time is a number, and tasks take turns as the seed says, so that the same seed gives the same "
        .. "run; --sim alone draws one" },
    { "--steps", value = "FILE", completes = "file", text = "with --sim: write each step to the file" },
    { "--trace", value = "FILE", may = true, completes = "file",
      text = "record every operation into the file (the script's name with .tltrace), for tidelock timeline; "
        .. "--trace=last:FILE keeps only the last ones, and writes them when a task fails or is killed, a deadlock is "
        .. "told, or Ctrl-C or SIGTERM ends the program" },
    { "-E", text = "ignore the environment variables LUA_INIT, LUA_PATH ..." },
    { "-W", since = "Lua 5.4", text = "turn warnings on" },
    { "-v", "--version", text = "show the version" },
    help(),
    { "--", text = "end of the options" },
    { "-", text = "end of the options, run standard input" },
  },
  after = "Without a script: interactive on a terminal, else standard input.",
  status = "the script's; 1 after an error of the script or wrong use, 3 when every task waited and none could ever "
    .. "go on, 130 after Ctrl-C, 143 after SIGTERM.",
}

local ls = {
  name = "ls",
  brief = "the spaces, or the objects of one",
  text = "Lists the spaces of this user with their memory, tasks and objects; or the objects of a space and their "
    .. "state. A server's address, redis://HOST or redis://HOST/SPACE, does so of the spaces there.",
  synopsis = { "[SPACE|ADDRESS]" },
  arguments = { "space" },
  options = { help() },
  status = "0; 1 where there is no such space.",
}

local rm = {
  name = "rm",
  brief = "removes a space, or an object of it",
  text = "Removes the space, or only the object of that name in it. Programs that have it open keep what they have; of "
    .. "a space on a server, ADDRESS, they are told that it was removed.",
  synopsis = { "SPACE|ADDRESS [NAME]" },
  arguments = { "space", "object" },
  options = { help() },
  status = "0; 1 where there is none.",
}

local usage = {
  name = "help",
  brief = "what a command does, and its options",
  text = "Shows what the command does and which options it has; without one, all commands.",
  synopsis = { "[COMMAND]" },
  arguments = { "command" },
  options = { help() },
  status = "0; 1 where there is no such command.",
}

local commands = { run, explore.commands.explore, explore.commands.replay, timeline.commands.timeline,
  labs.commands.lab, top.commands.top, top.commands.ps, ls, rm, server.commands.worker,
  server.commands.engine, usage }

local by_name = {}
for i, command in ipairs(commands) do by_name[command.name], by_name[i] = command, command end

--- In the order of the help, and by name.
return by_name
