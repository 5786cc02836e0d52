-- says: "customer-4 waits for ever for gate"
local ipc = require "tidelock"
local gate = ipc.lock("gate")
return { customer = function(name, line, go_home)
  gate:acquire()
  if
  line:is_full() then go_home() return end
  line:put(name)
  gate:release() end }
