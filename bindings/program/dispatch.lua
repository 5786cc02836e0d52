--- Dispatch: from the name of a command that is written in Lua, and the words behind it, to the exit status.
--
-- The options of a command NAME are read by its function in the module of options: options[NAME](words) returns what
-- was found, or nil and the text for the user (help/options.lua). Then its module is called with that; it returns the
-- exit status. An error that is a table { wrong = text, status = number or nil } is for the user.
local usage = require "help.usage"

local WRONG_USE = 2

-- NAME = { module of options, module of the command }
local COMMANDS = {
  explore = { "explore.options", "explore.explore" },
  replay = { "explore.options", "explore.replay" },
  timeline = { "timeline.options", "timeline.timeline" },
  top = { "top.options", "top.top" },
  ps = { "top.options", "top.ps" },
  lab = { "labs.options", "labs.main" },
  ls = { "server.options", "server.ls" }, -- of an address
  rm = { "server.options", "server.rm" },
  engine = { "server.options", "server.main" },
  worker = { "server.options", "server.worker" },
}

local function refuse(text)
  io.stderr:write(text)
  return WRONG_USE
end

local function run(command, found)
  local well, status = xpcall(command, function(why)
    if type(why) == "table" and why.wrong then return why end
    return debug.traceback(why, 2)
  end, found)
  if well then return status end
  if type(status) == "table" then
    local refused = refuse(("tidelock: %s\n"):format(status.wrong))
    return status.status or refused
  end
  error(status, 0)
end

--- Runs the command of that name with its words; returns the exit status.
return function(name, ...)
  local row = COMMANDS[name]
  local options = require(row[1])
  local found, wrong = options[name]{ ... }
  if not found then return refuse(wrong) end
  if found.help then
    io.stdout:write(usage.whole(options.commands[name]))
    return 0
  end
  return run(require(row[2]), found)
end
