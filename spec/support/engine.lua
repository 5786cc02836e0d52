-- A Redis server of the specs' own: on a socket in a temporary folder, without a port, ended with the specs by its pid.
--
--   engine.found()           whether there is a server to start
--   engine.address(space)    of a space on it; starts it
local ipc = require "tidelock"

local engine = {}

local KEPT = debug.getregistry() -- busted gives each file modules of its own
local KEY = "spec.support.engine"

local function output(command)
  local pipe = io.popen(command)
  local text = pipe:read "a"
  pipe:close()
  return text
end

--- Whether there is one, as the name of its file.
function engine.found()
  local name = output "command -v redis-server || command -v valkey-server":match "%S+"
  return name
end

local function start()
  local folder = output "mktemp -d /tmp/tidelock-engine-XXXXXX":match "%S+"
  local command = ("exec %s --port 0 --unixsocket %s/s --save '' --appendonly no --dir %s"):format(engine.found(),
    folder, folder)
  local pid = output(("(%s) >%s/log 2>&1 & echo $!"):format(command, folder)):match "%d+"
  local server = { folder = folder, pid = pid, owner = ipc.getpid() }
  setmetatable(server, { __gc = function()
    if ipc.getpid() ~= server.owner then return end
    os.execute(("kill %s 2>/dev/null; rm -rf %s"):format(pid, folder))
  end })
  local limit = ipc.now() + 20
  while os.execute(("test -S %s/s"):format(folder)) ~= true do
    assert(ipc.now() < limit, "the server does not start")
    ipc.sleep(0.01)
  end
  return server
end

--- The address of a space on the server.
function engine.address(space)
  KEPT[KEY] = KEPT[KEY] or start()
  return ("redis+unix:%s/s/%s"):format(KEPT[KEY].folder, space)
end

return engine
