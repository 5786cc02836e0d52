-- The oxygen invites two hydrogens, and waits until both have bonded.
local ipc = require "tidelock"

local flask = ipc.lock{ name = "flask" }
local invited, bonded = ipc.semaphore{ value = 0, name = "invited" }, ipc.semaphore{ value = 0, name = "bonded" }

local function hydrogen(bond)
  invited:acquire()
  bond()
  bonded:release()
end

local function oxygen(bond)
  flask:with(function()
    bond()
    invited:release(2)
    for _ = 1, 2 do bonded:acquire() end
  end)
end

return { hydrogen = hydrogen, oxygen = oxygen }
