--- Rlock: a lock that its holder may acquire again; free after as many releases.
local object = require "remote.object"
local holding = require "remote.holding"

local rlock = object.class "rlock"

rlock.method("acquire", 1, holding.acquire("acquire", "lock_acquire"))
rlock.method("release", 0, holding.release("release", "lock_release"))
rlock.method("with", math.huge, holding.with("with", "lock_acquire", "lock_release"))
rlock.method("hold", 1, holding.hold(rlock, "lock_acquire"))

rlock.property("holder", function(record)
  local _, name = object.ask(record, nil, "lock_holder")
  return name ~= "" and name or nil
end)
rlock.property("token", holding.token)

return rlock
