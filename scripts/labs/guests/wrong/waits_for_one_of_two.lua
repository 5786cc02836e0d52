-- says: "one dined alone while another one waited, and a seat was free"
local ipc = require "tidelock"

local left, right = ipc.semaphore{ bounded = true, name = "left" }, ipc.semaphore{ bounded = true, name = "right" }

local function guest(dine)
  if left:acquire(0) then
    left:release()
    return left:with(dine)
  end
  return right:with(dine)
end

return { guest = guest }
