-- says: "a stench"
-- says: "bonds twice"
-- Two hydrogens and one oxygen at a time: molecule after molecule.
local ipc = require "tidelock"

local hydrogen, oxygen = ipc.semaphore{ value = 2, name = "hydrogen" }, ipc.semaphore{ value = 1, name = "oxygen" }
local three = ipc.barrier{ parties = 3, name = "three" }

local function join(places, bond)
  places:acquire()
  three:wait()
  bond()
  bond()
  places:release()
end

return {
  hydrogen = function(bond) join(hydrogen, bond) end,
  oxygen = function(bond) join(oxygen, bond) end,
}
