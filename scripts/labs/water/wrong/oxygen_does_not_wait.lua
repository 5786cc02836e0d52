-- says: "a stench"
local ipc = require "tidelock"

local invited = ipc.semaphore{ value = 0, name = "invited" }

local function hydrogen(bond)
  invited:acquire()
  bond()
end

local function oxygen(bond)
  bond()
  invited:release(2)
end

return { hydrogen = hydrogen, oxygen = oxygen }
