-- says: "went home twice"
local ipc = require "tidelock"
local gate = ipc.lock("gate")
return { customer = function(name, line, go_home) if not line:try_put(name) then go_home() go_home() end end }
