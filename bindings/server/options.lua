--- Options: the command line of `tidelock engine`.
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
  text = "of start: the program of the server (redis-server or valkey-server, of the PATH)" }
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
    { name = "start", words = "", least = 0, most = 0, text = "start a server, and show its address", PORT, BIND, SERVER,
      DIR },
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

options.commands = { engine = COMMAND }

return options
