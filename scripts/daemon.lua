-- A daemon would take three seconds, but the main script ends at once, and the daemon with it.
-- Watch: its second line never appears.  A daemon may have no children, and what is one is settled at the start.
-- Change: daemon = false: then the script's end waits for it.
local ipc = require "tidelock"

local ready = ipc.event()

local function slow()
  print("the daemon begins")
  ready:set()
  ipc.sleep(3)
  print("this line never appears")
end

local daemon = ipc.process{ target = slow, name = "daemon", daemon = true }:start()
assert(ready:wait())

local parent = ipc.process{ daemon = true, target = function()
  return pcall(ipc.spawn, function() end)
end }:start()
local ok, why = parent:result()
print("a daemon that starts a process: " .. tostring(why))
assert(ok == false and why:find("daemonic processes are not allowed to have children", 1, true))

ok, why = pcall(function() daemon.daemon = false end)
print("daemon set after start: " .. tostring(why))
assert(not ok and why:find("before start", 1, true))
assert(daemon:is_alive())
print("the main script ends")
