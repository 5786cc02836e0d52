--- Options: the command lines of `tidelock engine` and `tidelock worker`.
local read = require "help.options"
local subcommands = require "help.subcommands"

local options = {}

local function port(text)
  local number = text:find "^%d+$" and math.tointeger(tonumber(text))
  if number and number >= 1 and number <= 65535 then return number end
  return nil, "a port from 1 to 65535, such as --port 6380"
end

local DIR = { "--dir", value = "DIR", to = "dir", read = read.any, completes = "file",
  text = "where the engine keeps its data and its socket (~/.local/state/tidelock/engine)" }
local PORT = { "--port", value = "N", to = "port", read = port,
  text = "of start: other machines reach it by this port; without it there is a Unix socket alone" }
local BIND = { "--bind", value = "ADDRESS", to = "bind", read = read.any,
  text = "of start: the port is open on this address of the machine alone; can be given again (all)", many = true }
local SERVER = { "--server", value = "FILE", to = "server", read = read.any, completes = "file",
  text = "of start: the program of the server (TIDELOCK_SERVER, or redis-server or valkey-server of the PATH)" }
local HELP = { "-h", "--help", to = "help", text = "this text" }

local COMMAND = {
  name = "engine",
  brief = "a server for spaces that several machines use",
  text = "An engine is a Redis or Valkey server that holds spaces: with its address, ipc.open reaches the same objects "
    .. "from every machine. start runs one with the settings that lose nothing; check tells what of another's settings "
    .. "does.",
  synopsis = { "start|status|stop [--dir DIR]", "check ADDRESS", "install ADDRESS", "acl SPACE [USER]" },
  arguments = { "subcommand" },
  subcommands = {
    { name = "start", words = "", least = 0, most = 0, text = "start a server, and show its address", PORT, BIND,
      SERVER, DIR },
    { name = "status", words = "", least = 0, most = 0, text = "does it run, and what is its address?", DIR },
    { name = "stop", words = "", least = 0, most = 0, text = "stop it; its spaces are kept in its folder", DIR },
    { name = "check", words = "ADDRESS", least = 1, most = 1, text = "which of its settings can lose data?" },
    { name = "install", words = "ADDRESS", least = 1, most = 1,
      text = "put the library of functions there, for users who may not" },
    { name = "acl", words = "SPACE [USER]", least = 1, most = 2,
      text = "what an administrator types so that a user has this space and nothing else" },
  },
  options = { PORT, BIND, SERVER, DIR, HELP },
  after = "An ADDRESS is redis://[user[:password]@]host[:port], rediss:// the same with TLS, or redis+unix:PATH.",
  status = "0; 1 where it does not run, or check finds something; 2 wrong use.",
}

local function finish(found)
  if found.bind and not found.port then read.refuse "engine start: --bind is of a port: give --port too" end
end

--- Reads the words behind `engine`: { subcommand, words, and what the options say }; or nil and the text for the user.
options.engine = subcommands.reader(COMMAND, finish)

local function list(text)
  local names = {}
  for name in text:gmatch "[^,%s]+" do names[#names + 1] = name end
  if #names > 0 then return names end
  return nil, "names of modules, with commas between: --allow chef,menu"
end

local function name(text)
  if text:find "^[^%z]+$" and #text <= 47 then return text end
  return nil, "a name of 1 to 47 bytes"
end

local WORKER = {
  name = "worker",
  brief = "runs the tasks of a pool on another machine",
  text = "Runs tasks that scripts give to a pool of a space on a server (s.pool(NAME)): functions of the modules that "
    .. "--allow names, as package.path finds them here, and nothing else.",
  synopsis = { "--allow MODULE,... [options] ADDRESS" },
  anywhere = true,
  arguments = {},
  options = {
    { "--allow", value = "MODULE,...", to = "allow", read = list, text = "whose functions may be run" },
    { "--pool", value = "NAME", to = "pool", read = name, text = "which pool of the space (pool)" },
    { "--processes", value = "N", to = "processes", read = read.whole(1, "how many tasks are run at a time"),
      text = "so many tasks at a time (one a CPU)" },
    { "--any-version", to = "any_version", text = "also where the module's source is not the same here and there" },
    { "--insecure", to = "insecure", text = "let a password go unencrypted over a network" },
    HELP,
  },
  after = "ADDRESS is redis://[user[:password]@]host[:port]/space, rediss:// the same with TLS, or "
    .. "redis+unix:PATH/space; - takes it from TIDELOCK_WORKER; TIDELOCK_PASSWORD_FILE names a file of mode 600 with "
    .. "the password, so that no list of processes shows it. "
    .. "It waits until there is such a pool, and ends when that is closed, or by Ctrl-C: tasks that run are finished "
    .. "then, at a second Ctrl-C given back.",
  status = "0; 1 where the server cannot be reached or refuses; 2 wrong use.",
}

--- Reads the words behind `worker`.
options.worker = read.reader(WORKER, function(found)
  if #found.words ~= 1 then read.refuse "worker: give one ADDRESS, of a server and a space on it" end
  if not found.allow then read.refuse "worker: say whose functions it may run: --allow MODULE,..." end
  found.address = found.words[1]
end)

--- Reads the words behind `ls` and `rm`, where the first is an address.
function options.ls(words)
  if words[2] then return nil, "tidelock: ls is of one server, or of one space\n" end
  return { address = words[1] }
end

function options.rm(words)
  if words[3] then return nil, "tidelock: rm is of a space, or of one object of it\n" end
  return { address = words[1], name = words[2] }
end

options.commands = { engine = COMMAND, worker = WORKER }

return options
