-- Runs `tidelock explore` with an explorer of the spec's own, that has the host as `host` and its arguments as `...`:
-- the script's path first.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local explorer = {}

local PRELUDE = [[
local word, script = ...
local host = require "explore.host"
local function open(options)
  options = options or {}
  options.script, options.jobs = options.script or script, options.jobs or 1
  return host.open(options)
end
local function run(runs, plan, worker)
  runs:start(worker or 1, plan or {})
  local done = assert(runs:wait())
  return runs:account(done), done
end
]]

function explorer.file(text)
  local path = files.write(os.tmpname(), text)
  return path
end

-- The program's arguments, its environment, and the paths of the two files, which the caller removes.
function explorer.arguments(code, script)
  local own, path = explorer.file(PRELUDE .. code), explorer.file(script)
  return "explore " .. path, "TIDELOCK_EXPLORER=" .. own, own, path
end

-- The command line for the shell, and the paths of the two files.
function explorer.command(code, script, environment)
  local arguments, own_environment, own, path = explorer.arguments(code, script)
  return ("%s %s %s %s"):format(environment or "", own_environment, shell.tidelock, arguments), own, path
end

-- Output, errors and status, as shell.run; the script's path.  `arguments` follow the script.
function explorer.run(code, script, arguments, environment)
  local command, own, path = explorer.command(code, script, environment)
  local out, err, status = shell.run(command .. " " .. (arguments or ""))
  os.remove(own)
  os.remove(path)
  return out, err, status, path
end

return explorer
