-- The barrier stands behind the bond: who has bonded keeps its place until the molecule is whole.
local ipc = require "tidelock"

local places = {
  hydrogen = ipc.semaphore{ value = 2, name = "hydrogen" }, oxygen = ipc.semaphore{ value = 1, name = "oxygen" },
}
local three = ipc.barrier{ parties = 3, name = "three" }

local function join(kind, bond)
  places[kind]:with(function()
    bond()
    three:wait()
  end)
end

return {
  hydrogen = function(bond) join("hydrogen", bond) end,
  oxygen = function(bond) join("oxygen", bond) end,
}
