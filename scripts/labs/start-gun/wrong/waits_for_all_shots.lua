-- says: "nobody ever runs before the last shot has fallen"
local ipc = require "tidelock"
local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")
local function shoot(bang) gun:acquire() bang() shots:add(1) gun:notify() gun:release() end
local l = ipc.latch(2)
return { shoot = function(bang) bang() l:count_down() end, runner = function(run) l:wait() run() end }
