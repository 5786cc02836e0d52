-- program.lua FOLDER: writes tidelock.1 (the man page), tidelock.bash and _tidelock (the completions for bash and zsh)
-- from the table of commands, bindings/program/commands.lua.  Run from the top folder by the program; `make docs` does.
package.path = "bindings/?.lua;" .. package.path
local commands = require "program.commands"

local ABOUT = {
  brief = "Lua with processes, queues and locks in shared memory",
  text = "tidelock runs scripts as lua(1) does, with the module tidelock built in: real processes, queues, pipes and "
    .. "locks over shared memory. Where all wait for each other it ends and says who waits for whom. It runs a script "
    .. "under many schedules until it fails, and shows what the tasks of a running program do. Options stand before "
    .. "the script; what stands behind it is the script's.",
  environment = {
    { "LUA_INIT, LUA_PATH, LUA_CPATH", "as for lua(1), also with the version behind them, such as LUA_INIT_5_4." },
    { "TIDELOCK_MEMORY", "how much shared memory a program may have, such as 2G (half of the machine's memory)." },
    { "TIDELOCK_SPACE", "how much room a new space has (1G)." },
    { "TIDELOCK_TASKS", "how many tasks a program may have at a time, at most 4094 (1024)." },
    { "TIDELOCK_ENGINE", "the address of a server, on which spaces that have only a name are then opened." },
    { "TIDELOCK_PASSWORD_FILE", "a file of mode 600 with the password of servers whose addresses have none." },
    { "TIDELOCK_SERVER", "the program that tidelock engine start runs (the first of redis-server and valkey-server "
      .. "that PATH has)." },
    { "TIDELOCK_WORKER", "the address of tidelock worker where that is told as -." },
    { "NO_COLOR", "anything: no colours." },
  },
  examples = {
    { "tidelock first.lua", "runs a script." },
    { "tidelock --sim=7 --steps steps.txt first.lua", "runs it in a simulation that is the same each time." },
    { "tidelock explore --time 60 -o found first.lua", "looks for a schedule in which it fails, for a minute." },
    { "tidelock replay -i found", "stops where it failed." },
    { "tidelock ps $(pgrep -o tidelock)", "shows who waits for whom." },
  },
  more = "The reference of the module is tidelock.html, in share/tidelock.",
}

local function write(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

local folder = ...
write(folder .. "/tidelock.1", require "docs.man".render(commands, ABOUT, require "tidelock"._VERSION))
write(folder .. "/tidelock.bash", require "docs.bash".render(commands))
write(folder .. "/_tidelock", require "docs.zsh".render(commands))
