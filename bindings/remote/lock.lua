--- Lock: held by one task at a time; its `token` only grows, from holder to holder.
local object = require "remote.object"
local holding = require "remote.holding"

local lock = object.class "lock"

lock.method("acquire", 1, holding.acquire("acquire", "lock_acquire"))
lock.method("release", 0, holding.release("release", "lock_release"))
lock.method("with", math.huge, holding.with("with", "lock_acquire", "lock_release"))
lock.method("hold", 1, holding.hold(lock, "lock_acquire"))

lock.property("holder", function(record)
  local _, name = object.ask(record, nil, "lock_holder")
  return name ~= "" and name or nil
end)
lock.property("token", holding.token)

return lock
