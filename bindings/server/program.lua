--- Program: which server an engine is: what --server says, or TIDELOCK_SERVER, or the first that the PATH has.
--
-- Debian's package redis-server starts a service; redis-tools has the same program as redis-check-rdb, which is a
-- server where it is called by the name redis-server. So without the first, a link in the engine's folder serves.
local refuse = require("help.options").refuse
local shell = require "server.shell"

local NAMES = { "redis-server", "valkey-server" }
local TWIN = "redis-check-rdb"

local function found(name) return shell.line("command -v %s", name) end

local function by_twin(place)
  local twin = found(TWIN)
  if not twin then return nil end
  local link = place:path "redis-server"
  return shell.run("ln -sf %s %s", twin, link) and link or nil
end

--- The server's file: `wanted` (of --server), or that of TIDELOCK_SERVER, or the first of the PATH.
return function(place, wanted)
  local from_environment = os.getenv "TIDELOCK_SERVER"
  if wanted then return found(wanted) or refuse("engine start: %s: there is no such program", wanted) end
  if from_environment and from_environment ~= "" then
    return found(from_environment)
      or refuse("engine start: %s, which TIDELOCK_SERVER names: there is no such program", from_environment)
  end
  for _, name in ipairs(NAMES) do
    local path = found(name)
    if path then return path end
  end
  return by_twin(place)
    or refuse "engine start: no server is installed: on Debian or Ubuntu, apt-get install redis-tools"
end
