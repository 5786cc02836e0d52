-- says: "a "
-- Two hydrogens and one oxygen at a time: molecule after molecule.
local ipc = require "tidelock"

local hydrogen, oxygen = ipc.semaphore{ value = 3, name = "hydrogen" }, ipc.semaphore{ value = 1, name = "oxygen" }
local three = ipc.barrier{ parties = 3, name = "three" }

local function join(places, bond)
  places:acquire()
  three:wait()
  bond()
  places:release()
end

return {
  hydrogen = function(bond) join(hydrogen, bond) end,
  oxygen = function(bond) join(hydrogen, bond) end,
}
