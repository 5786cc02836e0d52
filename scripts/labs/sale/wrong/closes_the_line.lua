-- says: "somebody has closed the line"
local ipc = require "tidelock"
local gate = ipc.lock("gate")
return { customer = function(name, line, go_home) if not line:try_put(name) then line:close() go_home() end end }
