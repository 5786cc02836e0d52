-- Two hydrogens and one oxygen at a time: molecule after molecule.
local ipc = require "tidelock"

local hydrogen, oxygen = ipc.semaphore{ value = 2, name = "hydrogen" }, ipc.semaphore{ value = 1, name = "oxygen" }
local three = ipc.barrier{ parties = 3, name = "three" }

local function join(places, bond)
  --[[ hole: no more of a kind than a molecule has; none of the next one before three have bonded ]]
  --[[ start: places:acquire() ]]
  --[[ start: bond() ]]
  --[[ start: places:release() ]]
  places:acquire()
  three:wait()
  bond()
  places:release()
  --[[ end ]]
end

return {
  hydrogen = function(bond) join(hydrogen, bond) end,
  oxygen = function(bond) join(oxygen, bond) end,
}
