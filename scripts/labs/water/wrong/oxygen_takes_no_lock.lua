-- says: "a stench"
local ipc = require "tidelock"

local invited, bonded = ipc.semaphore{ value = 0, name = "invited" }, ipc.semaphore{ value = 0, name = "bonded" }

local function hydrogen(bond)
  invited:acquire()
  bond()
  bonded:release()
end

local function oxygen(bond)
  bond()
  invited:release(2)
  for _ = 1, 2 do bonded:acquire() end
end

return { hydrogen = hydrogen, oxygen = oxygen }
