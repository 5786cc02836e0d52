-- says: "waits for ever for a shot that has fallen"
local ipc = require "tidelock"
local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")
local function shoot(bang) gun:acquire() bang() shots:add(1) gun:notify() gun:release() end
return { shoot = shoot, runner = function(run) gun:acquire()
  while shots:get() == 0 do gun:wait() end shots:add(-1) run() end }
