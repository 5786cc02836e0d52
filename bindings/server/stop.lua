--- The command `tidelock engine stop`.
local ipc = require "tidelock"
local place = require "server.place"
local refuse = require("help.options").refuse
local shell = require "server.shell"

local PATIENCE = 60

return function(found)
  local here = place.new(found.dir)
  local pid = here:pid()
  if not pid then
    print("no engine runs in " .. here.dir)
    return 1
  end
  local sent, why = shell.run("kill -TERM %s", pid)
  if not sent then refuse("engine stop: %s", why) end
  for _ = 1, PATIENCE * 20 do
    if not here:pid() then
      print("stopped; its spaces are in " .. here.dir)
      return 0
    end
    ipc.sleep(0.05)
  end
  refuse("engine stop: pid %s does not end; its log: %s", pid, here:path "log")
end
