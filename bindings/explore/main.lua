--- Main: `tidelock explore` and `tidelock replay`, from the command line to the exit status.
--
-- The way from here: options (the command line), session (the host and its workers), search (which schedules are run),
-- shrink (the one that fails, as short as can be), explain (what is told of it), replay_file.
local options = require "explore.options"
local usage = require "help.usage"

local WRONG_USE = 2

local COMMANDS = { explore = "explore.explore", replay = "explore.replay" }

local function refuse(text)
  io.stderr:write(text)
  return WRONG_USE
end

-- Errors that are tables are for the user: { wrong = text, status = where it is not that of a wrong use }.
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
  local found, wrong = options[name]{ ... }
  if not found then return refuse(wrong) end
  if found.help then
    io.stdout:write(usage.whole(options.commands[name]))
    return 0
  end
  return run(require(COMMANDS[name]), found)
end
